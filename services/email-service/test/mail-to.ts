import { randomUUID } from 'node:crypto';
import type { OutgoingDelivery } from '@notify/channel-worker';
import { outgoingDelivery } from '@notify/testing';

export const mailTo = (address: string, content: OutgoingDelivery['content'] = {}): OutgoingDelivery =>
  outgoingDelivery(address, { title: 'Hello', body: 'In plain text', ...content });

/** Fresh ones, of which the sandbox knows what to answer. */
export const mailAddresses = {
  acceptedAddress: () => `ada-${randomUUID()}@example.test`,
  invalidAddress: () => `bounce-${randomUUID()}@sandbox.test`,
  transientAddress: () => `tempfail-${randomUUID()}@sandbox.test`,
};
