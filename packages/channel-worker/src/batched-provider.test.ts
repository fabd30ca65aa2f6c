import { expect, test } from '@jest/globals';
import { withBatches } from './batched-provider.ts';
import { deliveryError, type OutgoingDelivery, type Provider } from './provider.ts';

const MAX_SIZE = 4;

/** A vendor that writes down its calls. */
function vendor(overrides: Partial<Provider> = {}) {
  const calls: string[][] = [];
  const provider: Provider = {
    name: 'vendor',
    async send({ address }) {
      calls.push([address]);
      if (address === 'bad') throw deliveryError('recipient', 'the test says so', 'bad');
      return { status: 'sent', providerMessageId: `alone-${address}` };
    },
    async sendBatch(deliveries) {
      calls.push(deliveries.map(({ address }) => address));
      if (deliveries.some(({ address }) => address === 'bad')) throw deliveryError('recipient', 'one of them', 'bad');
      return { status: 'sent', providerMessageId: 'together' };
    },
    ...overrides,
  };
  const batching = withBatches(provider, MAX_SIZE);
  const send = (address: string, more: Partial<OutgoingDelivery> = {}) =>
    batching.send(
      {
        notificationId: `n-${address}`,
        epoch: 0,
        hop: 0,
        attempt: 1,
        address,
        content: { title: 'T', body: 'B' },
        correlationId: 'c',
        mayWait: true,
        ...more,
      },
      AbortSignal.timeout(10_000),
    );
  return { calls, send };
}

test('messages with the same content that may wait share a call, a full batch at a time', async () => {
  const { calls, send } = vendor();
  const results = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((address) => send(address)));
  expect(calls).toEqual([
    ['a', 'b', 'c', 'd'],
    ['e', 'f'],
  ]);
  expect(results).toEqual(Array(6).fill({ status: 'sent', providerMessageId: 'together' }));
});

test('one that may not wait goes out alone and at once', async () => {
  const { calls, send } = vendor();
  const waiting = send('a');
  await send('urgent', { mayWait: false });
  expect(calls).toEqual([['urgent']]);
  await waiting;
  expect(calls).toEqual([['urgent'], ['a']]);
});

test('other content is another batch', async () => {
  const { calls, send } = vendor();
  const other = { content: { title: 'T', body: 'Other' } };
  await Promise.all([send('a'), send('b', other), send('c'), send('d', other)]);
  expect(calls).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ]);
});

test('two messages to one address are never in the same batch', async () => {
  const { calls, send } = vendor();
  await Promise.all([send('a'), send('b'), send('A')]);
  expect(calls).toEqual([['a', 'b'], ['A']]);
});

test('when a batch is refused because of one, that one fails and the others are sent', async () => {
  const { calls, send } = vendor();
  const results = await Promise.allSettled(['a', 'bad', 'c'].map((address) => send(address)));
  expect(results).toMatchObject([
    { value: { providerMessageId: 'alone-a' } },
    { reason: { errorClass: 'recipient' } },
    { value: { providerMessageId: 'alone-c' } },
  ]);
  expect(calls).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
});

test.each(['transient', 'config', 'unknown'] as const)(
  'a %s failure of a batch is that of each, and nothing is sent again',
  async (errorClass) => {
    const { calls, send } = vendor({
      async sendBatch() {
        throw deliveryError(errorClass, 'the test says so', 'code');
      },
    });
    const results = await Promise.allSettled([send('a'), send('b')]);
    expect(results).toMatchObject([{ reason: { errorClass } }, { reason: { errorClass } }]);
    expect(calls).toEqual([]);
  },
);

test('no batch is larger than the vendor takes', async () => {
  const { calls, send } = vendor({ maxBatchSize: 2 });
  await Promise.all(['a', 'b', 'c', 'd'].map((address) => send(address)));
  expect(calls).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a vendor without a batch call is called for each at once', async () => {
  const { calls, send } = vendor({ sendBatch: undefined });
  await Promise.all([send('a'), send('b')]);
  expect(calls).toEqual([['a'], ['b']]);
});

test('messages with an unsubscribe link and those without do not share a call: their headers differ', async () => {
  const { calls, send } = vendor();
  await Promise.all([
    send('a', { unsubscribeUrl: 'https://notify.example/u/a' }),
    send('b'),
    send('c', { unsubscribeUrl: 'https://notify.example/u/c' }),
    send('d'),
  ]);
  expect(calls).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ]);
});
