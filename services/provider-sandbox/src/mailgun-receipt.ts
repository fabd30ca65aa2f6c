import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Receipt, ReceiptStatus } from './receipt.ts';

/** https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure */
const EVENTS: Record<ReceiptStatus, Record<string, unknown>> = {
  delivered: { event: 'delivered', 'delivery-status': { code: 250, message: 'OK' } },
  bounced: {
    event: 'failed',
    severity: 'permanent',
    reason: 'bounce',
    'delivery-status': { code: 550, message: '5.1.1 The mailbox does not exist' },
  },
  undelivered: {
    event: 'failed',
    severity: 'permanent',
    reason: 'old',
    'delivery-status': { code: 602, message: 'Too old' },
  },
  complained: { event: 'complained' },
  opened: { event: 'opened' },
};

export interface MailgunReceiptSubject {
  /** With its angle brackets. */
  messageId: string;
  to: string;
  variables: Record<string, string>;
  /** The sandbox signs with the API key that the message came with. */
  signingKey: string;
}

/** Signed as in https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks: the body is not covered. */
export function mailgunReceipt(
  { messageId, to, variables, signingKey }: MailgunReceiptSubject,
  status: ReceiptStatus,
): Receipt {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const token = randomBytes(25).toString('hex');
  const signature = createHmac('sha256', signingKey)
    .update(timestamp + token)
    .digest('hex');
  return {
    path: '/receipts/mailgun',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      signature: { timestamp, token, signature },
      'event-data': {
        id: randomUUID(),
        timestamp: Date.now() / 1000,
        recipient: to,
        ...EVENTS[status],
        message: { headers: { 'message-id': messageId.replace(/^<|>$/g, '') } },
        'user-variables': variables,
      },
    }),
  };
}
