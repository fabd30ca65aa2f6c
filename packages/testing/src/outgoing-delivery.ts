import { randomUUID } from 'node:crypto';

/** What a worker hands to a provider: channel-worker's `OutgoingDelivery`, in the little that every provider needs. */
export interface TestDelivery<Content> {
  notificationId: string;
  epoch: number;
  hop: number;
  attempt: number;
  address: string;
  content: Content;
  correlationId: string;
}

/** A notification of its own. Epoch 1, hop 2, attempt 3: none can be taken for another. */
export function outgoingDelivery<Content>(address: string, content: Content): TestDelivery<Content> {
  return {
    notificationId: randomUUID(),
    epoch: 1,
    hop: 2,
    attempt: 3,
    address,
    content,
    correlationId: randomUUID(),
  };
}

/** A deadline that no call to a provider should reach: ten seconds from now. */
export const inTime = (): AbortSignal => AbortSignal.timeout(10_000);
