import { randomUUID } from 'node:crypto';
import type { Receipt, ReceiptStatus } from './receipt.ts';

/** Nobody calls a push spam. https://documentation.onesignal.com/docs/en/event-streams-data */
const KINDS: Partial<Record<ReceiptStatus, string>> = {
  delivered: 'message.push.received',
  bounced: 'message.push.unsubscribed',
  undelivered: 'message.push.failed',
  opened: 'message.push.clicked',
};

export interface OnesignalReceiptSubject {
  messageId: string;
  appId: string;
  /** The subscription that it went to. */
  to: string;
  /** The message's name, as the sender gave it. */
  name: string;
  apiKey: string;
}

/**
 * An event stream with the body of OneSignal's own example. They are not signed: what an operator would type into OneSignal as the
 * header is, in the sandbox, the API key that the message came with.
 */
export function onesignalReceipt(subject: OnesignalReceiptSubject, status: ReceiptStatus): Receipt | undefined {
  const kind = KINDS[status];
  if (kind === undefined) return undefined;
  const now = new Date();
  return {
    path: '/receipts/onesignal',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${subject.apiKey}` },
    body: JSON.stringify({
      'event.kind': kind,
      'event.id': randomUUID(),
      'event.timestamp': String(Math.floor(now.getTime() / 1000)),
      'event.datetime': now.toISOString(),
      'event.app_id': subject.appId,
      'event.subscription_id': subject.to,
      'message.id': subject.messageId,
      'message.name': subject.name,
    }),
  };
}
