import { type Channel, eventId, type ReceiptJson, type ReceiptOutcome } from '@notify/contracts';

/** As the gateway publishes it, for the first attempt on the first channel unless told otherwise. */
export function receipt(
  notificationId: string,
  outcome: ReceiptOutcome,
  overrides: Partial<ReceiptJson> & { channel?: Channel } = {},
): ReceiptJson {
  const position = { epoch: 0, hop: 0, attempt: 1, ...overrides };
  return {
    version: 1,
    event_id: eventId(notificationId, position, outcome, 'vendor'),
    outcome,
    channel: 'email',
    // The provider of notificationEvent().
    provider: 'test',
    notification_id: notificationId,
    ...(outcome === 'bounced' ? { error_code: '550' } : {}),
    occurred_at: '2026-01-01T00:00:05.000Z',
    ...position,
  };
}
