import {
  type Channel,
  EVENTS_EXCHANGE,
  RECIPIENT_REJECTED,
  type ReceiptJson,
  type RecipientRejectedJson,
  receiptRoutingKey,
} from '@notify/contracts';
import type { OutgoingMessage } from '@notify/messaging';
import type { VendorEvent } from './vendor-receipts.ts';

interface Source {
  provider: string;
  channel: Channel;
}

const FAILED_OUTCOMES = ['bounced', 'undelivered', 'complained'];

function receiptMessage({ provider, channel }: Source, event: VendorEvent): OutgoingMessage[] {
  const { attempt, outcome } = event;
  if (attempt === undefined || outcome === undefined) return [];
  const { notificationId, ...position } = attempt;
  const body: ReceiptJson = {
    version: 1,
    event_id: `receipt.${provider}.${event.id}`,
    outcome,
    channel,
    provider,
    notification_id: notificationId,
    ...position,
    ...(FAILED_OUTCOMES.includes(outcome) && { error_code: event.errorCode }),
    occurred_at: event.occurredAt.toISOString(),
  };
  return [
    {
      exchange: EVENTS_EXCHANGE,
      routingKey: receiptRoutingKey(channel),
      messageId: body.event_id,
      body,
      // For those who watch the management page.
      headers: { notification_id: notificationId, ...position, provider, outcome },
    },
  ];
}

function rejectionMessage({ provider, channel }: Source, event: VendorEvent): OutgoingMessage[] {
  if (event.rejection === undefined) return [];
  const body: RecipientRejectedJson = {
    version: 1,
    event_id: `rejected.${provider}.${event.id}`,
    channel,
    address: event.address,
    reason: event.rejection,
    provider,
    error_code: event.errorCode,
    occurred_at: event.occurredAt.toISOString(),
  };
  return [{ exchange: EVENTS_EXCHANGE, routingKey: RECIPIENT_REJECTED, messageId: body.event_id, body }];
}

/** What the system is told of a vendor's event. The ids derive from the vendor's, so that a repeat changes nothing. */
export function receiptMessages(source: Source, event: VendorEvent): OutgoingMessage[] {
  return [...receiptMessage(source, event), ...rejectionMessage(source, event)];
}
