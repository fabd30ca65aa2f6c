import { expect, test } from '@jest/globals';
import { check, parseReceipt, recipientRejectedSchema } from '@notify/contracts';
import { receiptMessages } from './receipt-messages.ts';
import type { VendorEvent } from './vendor-receipts.ts';

const source = { provider: 'mailgun', channel: 'email' } as const;
const notificationId = '0190b5a0-0000-7000-8000-000000000001';
const bounce: VendorEvent = {
  id: 'e-1',
  outcome: 'bounced',
  rejection: 'hard_bounce',
  attempt: { notificationId, epoch: 0, hop: 1, attempt: 2 },
  address: 'ada@example.com',
  errorCode: '5.1.1',
  occurredAt: new Date('2026-01-02T03:04:05.000Z'),
};

test('a hard bounce tells of the attempt and of the address, both as the contracts want it, with ids that derive from the event', () => {
  const [receipt, rejected, ...others] = receiptMessages(source, bounce);
  expect(others).toEqual([]);
  expect(receipt).toMatchObject({ exchange: 'notifications.events', routingKey: 'receipt.email' });
  expect(receipt?.messageId).toBe('receipt.mailgun.e-1');
  expect(parseReceipt(receipt?.body)).toEqual({
    receipt: {
      version: 1,
      event_id: 'receipt.mailgun.e-1',
      outcome: 'bounced',
      channel: 'email',
      provider: 'mailgun',
      notification_id: notificationId,
      epoch: 0,
      hop: 1,
      attempt: 2,
      error_code: '5.1.1',
      occurred_at: '2026-01-02T03:04:05.000Z',
    },
  });
  expect(rejected).toMatchObject({ routingKey: 'recipient.rejected', messageId: 'rejected.mailgun.e-1' });
  expect(check(recipientRejectedSchema, rejected?.body)).toEqual({
    value: {
      version: 1,
      event_id: 'rejected.mailgun.e-1',
      channel: 'email',
      address: 'ada@example.com',
      reason: 'hard_bounce',
      provider: 'mailgun',
      error_code: '5.1.1',
      occurred_at: '2026-01-02T03:04:05.000Z',
    },
  });
});

test('no address stands outside of the body of recipient.rejected', () => {
  const [receipt, rejected] = receiptMessages(source, bounce);
  expect(JSON.stringify([receipt, { ...rejected, body: undefined }])).not.toContain('ada@');
});

test('what arrived has no error, and rejects nobody', () => {
  const { rejection: _none, ...delivered } = { ...bounce, outcome: 'delivered' as const };
  const messages = receiptMessages(source, delivered);
  expect(messages.map(({ routingKey }) => routingKey)).toEqual(['receipt.email']);
  expect(messages[0]?.body).not.toHaveProperty('error_code');
});

test('a STOP is about a number alone', () => {
  const { attempt: _none, outcome: _neither, ...stop } = bounce;
  expect(receiptMessages(source, stop).map(({ routingKey }) => routingKey)).toEqual(['recipient.rejected']);
});
