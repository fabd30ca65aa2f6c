import { createECDH, createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { Receipt, ReceiptStatus } from './receipt.ts';

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
const EVENTS: Record<ReceiptStatus, Record<string, string>> = {
  delivered: { event: 'delivered', response: '250 OK' },
  bounced: { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 The mailbox does not exist' },
  undelivered: { event: 'dropped', reason: 'Bounced Address' },
  complained: { event: 'spamreport' },
  opened: { event: 'open' },
};

/** The same at each start, so that it can be configured once. It guards nothing: the sandbox is for development. */
const privateKey = privateKeyFrom('provider-sandbox');

/** What SendGrid shows as the verification key of its event webhook: base64 of a SubjectPublicKeyInfo. */
export const sendgridPublicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');

export interface SendgridReceiptSubject {
  messageId: string;
  to: string;
  customArgs: Record<string, string>;
}

/** Signed as in https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features */
export function sendgridReceipt({ messageId, to, customArgs }: SendgridReceiptSubject, status: ReceiptStatus): Receipt {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const event = {
    ...customArgs,
    email: to,
    timestamp: Number(timestamp),
    ...EVENTS[status],
    sg_event_id: randomBytes(16).toString('base64url'),
    sg_message_id: `${messageId}.recvd-sandbox-0`,
  };
  const body = JSON.stringify([event]);
  return {
    path: '/receipts/sendgrid',
    headers: {
      'Content-Type': 'application/json',
      'X-Twilio-Email-Event-Webhook-Signature': sign('sha256', Buffer.from(timestamp + body), privateKey).toString(
        'base64',
      ),
      'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
    },
    body,
  };
}

function privateKeyFrom(phrase: string) {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(createHash('sha256').update(phrase).digest());
  // 0x04, then both coordinates.
  const point = pair.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: pair.getPrivateKey().toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}
