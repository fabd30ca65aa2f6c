import assert from 'node:assert/strict';
import { inTime, outgoingDelivery, type TestDelivery } from './outgoing-delivery.ts';
import type { FaultOrder, TestSandbox } from './test-sandbox.ts';

/*
 * What every provider keeps to, whatever its vendor. The shapes are those of channel-worker's provider.ts; they are repeated
 * here in the little that matters, since this package is below that one.
 */
type ContractDelivery = TestDelivery<{ title: string; body: string }>;
export interface ContractProvider {
  name: string;
  send(
    delivery: ContractDelivery,
    signal: AbortSignal,
  ): Promise<{ status: 'sent' | 'delivered'; providerMessageId?: string }>;
  close?(): Promise<void> | void;
}

export interface ProviderContractOptions {
  createProvider(): ContractProvider;
  /** A fresh one at each call: it is accepted unless a fault says otherwise. */
  acceptedAddress(): string;
  /** Addresses that the sandbox always treats alike. */
  invalidAddress(): string;
  transientAddress(): string;
  /** The vendor, once the cases run. */
  sandbox(): Pick<TestSandbox, 'orderFault' | 'messagesOf'>;
}

interface ContractCase {
  /** A sentence about behaviour. */
  title: string;
  run(): Promise<void>;
}

/** What an aborted call may take to come back. */
const ABORT_WITHIN_MS = 1_000;
const BODY = 'the body that nobody may log';

/** The cases, for the test file to register: `for (const { title, run } of providerContract(...)) test(title, run)`. */
export function providerContract(options: ProviderContractOptions): ContractCase[] {
  const { acceptedAddress, invalidAddress, transientAddress, sandbox } = options;

  const deliveryTo = (address: string): ContractDelivery => outgoingDelivery(address, { title: 'A title', body: BODY });
  const countReceived = async (notificationId: string) => (await sandbox().messagesOf(notificationId)).length;

  async function withProvider(run: (provider: ContractProvider) => Promise<void>): Promise<void> {
    const provider = options.createProvider();
    try {
      await run(provider);
    } finally {
      await provider.close?.();
    }
  }

  /** Sends and expects a failure of one of the classes, that names neither the address nor the content. */
  async function failureOf(
    provider: ContractProvider,
    delivery: ContractDelivery,
    errorClasses: string[],
    signal = inTime(),
  ): Promise<void> {
    const error = await provider.send(delivery, signal).then(
      () => assert.fail('the call did not fail'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof Error);
    const { errorClass, errorCode } = error as Error & { errorClass?: string; errorCode?: string };
    assert.ok(errorClasses.includes(errorClass ?? ''), `${error.name} (${errorClass}, ${errorCode}): ${error.message}`);
    assert.match(errorCode ?? '', /^[\w./-]{1,80}$/);
    for (let each: unknown = error; each instanceof Error; each = each.cause) {
      const shown = `${each.message}\n${each.stack}\n${JSON.stringify(each)}`;
      for (const secret of [delivery.address, encodeURIComponent(delivery.address), BODY]) {
        assert.ok(!shown.includes(secret), `the error shows what it must not: ${each.name}`);
      }
    }
  }

  const failsWith = (title: string, kind: FaultOrder['kind'], errorClasses: string[], received: number) => ({
    title,
    run: () =>
      withProvider(async (provider) => {
        const delivery = deliveryTo(acceptedAddress());
        // Once: a provider that tried again by itself would get through, or be kept twice.
        await sandbox().orderFault({ provider: provider.name, to: delivery.address, kind, times: 1 });
        await failureOf(provider, delivery, errorClasses);
        assert.equal(await countReceived(delivery.notificationId), received);
      }),
  });

  return [
    {
      title: 'a message that the vendor takes is sent once and carries our notification id',
      run: () =>
        withProvider(async (provider) => {
          const delivery = deliveryTo(acceptedAddress());
          const result = await provider.send(delivery, inTime());
          assert.ok(result.status === 'sent' || result.status === 'delivered');
          assert.ok(result.providerMessageId);
          assert.equal(await countReceived(delivery.notificationId), 1);
        }),
    },
    {
      title: 'its input is not changed',
      run: () =>
        withProvider(async (provider) => {
          for (const address of [acceptedAddress(), invalidAddress()]) {
            const delivery = deliveryTo(address);
            const before = JSON.stringify(delivery);
            await provider.send(delivery, inTime()).catch(() => {});
            assert.equal(JSON.stringify(delivery), before);
          }
        }),
    },
    {
      title: 'an address that the vendor calls invalid is a recipient error',
      run: () => withProvider((provider) => failureOf(provider, deliveryTo(invalidAddress()), ['recipient'])),
    },
    {
      title: 'an address that fails for the moment is a transient error',
      run: () => withProvider((provider) => failureOf(provider, deliveryTo(transientAddress()), ['transient'])),
    },
    failsWith('a vendor that is overloaded is a transient error, and not tried again', 'transient', ['transient'], 0),
    failsWith('a vendor that limits us is a transient error, and not tried again', 'rate_limit', ['transient'], 0),
    failsWith('content that the vendor refuses is a permanent error', 'reject_content', ['permanent'], 0),
    failsWith('credentials that the vendor refuses are a config error', 'auth', ['config'], 0),
    failsWith(
      'a connection lost before the answer is never a failure for good, and not tried again',
      'reset_before_accept',
      ['transient', 'unknown'],
      0,
    ),
    failsWith(
      'a connection lost after the vendor took it is unknown, and not sent again',
      'accept_then_reset',
      ['unknown'],
      1,
    ),
    {
      title: 'a call whose deadline passes comes back at once, as unknown',
      run: () =>
        withProvider(async (provider) => {
          const delivery = deliveryTo(acceptedAddress());
          await sandbox().orderFault({ provider: provider.name, to: delivery.address, kind: 'timeout', times: 1 });
          // Long enough for the message to have left.
          const deadlineMs = 500;
          const startedAt = performance.now();
          await failureOf(provider, delivery, ['unknown'], AbortSignal.timeout(deadlineMs));
          const tookMs = performance.now() - startedAt;
          assert.ok(tookMs < deadlineMs + ABORT_WITHIN_MS, `took ${tookMs} ms`);
        }),
    },
    {
      title: 'a call that is over before it began sends nothing and is transient',
      run: () =>
        withProvider(async (provider) => {
          const delivery = deliveryTo(acceptedAddress());
          await failureOf(provider, delivery, ['transient'], AbortSignal.abort());
          assert.equal(await countReceived(delivery.notificationId), 0);
        }),
    },
    {
      title: 'after a failure the next message goes through',
      run: () =>
        withProvider(async (provider) => {
          await provider.send(deliveryTo(invalidAddress()), inTime()).catch(() => {});
          const delivery = deliveryTo(acceptedAddress());
          await provider.send(delivery, inTime());
          assert.equal(await countReceived(delivery.notificationId), 1);
        }),
    },
  ];
}
