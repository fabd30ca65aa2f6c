import { DeliveryError, type OutgoingDelivery, type Provider, type ProviderResult } from './provider.ts';

/** How long a message that may wait does so for others with the same content. */
const MAX_WAIT_MS = 20;

interface Waiting {
  delivery: OutgoingDelivery;
  signal: AbortSignal;
  resolve(result: ProviderResult): void;
  reject(error: unknown): void;
}

interface Batch {
  /** By address, in lower case: a vendor tells the messages of a batch apart by it. */
  waiting: Map<string, Waiting>;
  timer: NodeJS.Timeout;
}

/** About one message or its recipient, whichever of them it was. */
function isRefusal(error: unknown): boolean {
  return error instanceof DeliveryError && (error.errorClass === 'permanent' || error.errorClass === 'recipient');
}

/**
 * The provider with messages that may wait (`mayWait`) and have the same content sent in one vendor call; each gets its own result. A batch
 * goes out when it is full, or 20 ms after its first message. One that is refused is sent again one by one, so that only those fail
 * that would have failed alone; any other failure is that of each. A provider without `sendBatch` stays as it is.
 * @param maxSize no more than this many in a batch: as many as can wait at the same time.
 */
export function withBatches(provider: Provider, maxSize: number): Provider {
  const { sendBatch, maxBatchSize } = provider;
  if (sendBatch === undefined) return provider;
  const sendAll = sendBatch;
  const size = Math.min(maxSize, maxBatchSize ?? maxSize);
  const batches = new Map<string, Batch>();

  async function sendOneByOne(all: Waiting[]): Promise<void> {
    await Promise.all(
      all.map(({ delivery, signal, resolve, reject }) => provider.send(delivery, signal).then(resolve, reject)),
    );
  }

  async function sendTogether(all: Waiting[]): Promise<void> {
    if (all.length === 1) return sendOneByOne(all);
    const deliveries = all.map(({ delivery }) => delivery);
    try {
      const result = await sendAll(deliveries, AbortSignal.any(all.map(({ signal }) => signal)));
      for (const { resolve } of all) resolve(result);
    } catch (error) {
      if (isRefusal(error)) return sendOneByOne(all);
      for (const { reject } of all) reject(error);
    }
  }

  function close(key: string): void {
    const batch = batches.get(key);
    if (batch === undefined) return;
    batches.delete(key);
    clearTimeout(batch.timer);
    void sendTogether([...batch.waiting.values()]);
  }

  return {
    ...provider,
    send(delivery, signal) {
      if (delivery.mayWait !== true) return provider.send(delivery, signal);
      // The link is each one's own, but a message with one has headers that another has not.
      const key = JSON.stringify([delivery.content, delivery.unsubscribeUrl !== undefined]);
      const address = delivery.address.toLowerCase();
      if (batches.get(key)?.waiting.has(address)) close(key);
      const batch = batches.get(key) ?? { waiting: new Map(), timer: setTimeout(() => close(key), MAX_WAIT_MS) };
      batches.set(key, batch);
      return new Promise((resolve, reject) => {
        batch.waiting.set(address, { delivery, signal, resolve, reject });
        if (batch.waiting.size >= size) close(key);
      });
    },
  };
}
