import {
  eventId,
  type NotificationEventJson,
  RECEIPT_OUTCOMES,
  type ReceiptJson,
  type ReceiptOutcome,
  type Status,
  type TimelineEntryJson,
  type TimelineEvent,
} from '@notify/contracts';

/** A vendor's word, in the form of an event. Which notification it is about it says by its id alone. */
export type ReceiptEvent = Omit<NotificationEventJson, 'notification_type' | 'correlation_id'> & {
  notification_type?: never;
  correlation_id?: never;
};

/** What is folded into the record. */
export type RecordEvent = NotificationEventJson | ReceiptEvent;

export const isReceipt = (event: RecordEvent): event is ReceiptEvent => event.notification_type === undefined;

const RECEIPTS: ReadonlySet<TimelineEvent> = new Set(RECEIPT_OUTCOMES);

/** Whether an entry of the timeline is such as receipts make. */
export const isReceiptEntry = ({ event }: TimelineEntryJson): boolean => RECEIPTS.has(event);

/** What is opened or complained of has arrived. What came back was sent: what follows from that is the record's own step. */
const STATUS_OF: Record<ReceiptOutcome, Status> = {
  delivered: 'delivered',
  opened: 'delivered',
  read: 'read',
  complained: 'delivered',
  bounced: 'sent',
  undelivered: 'sent',
};

/** The event of the attempt that a receipt is about. A second receipt of the same provider and outcome makes the same event. */
export function eventOfReceipt(receipt: ReceiptJson): ReceiptEvent {
  const { outcome, channel, provider, epoch, hop, attempt, error_code: reason } = receipt;
  const notificationId = receipt.notification_id.toLowerCase();
  const at = new Date(receipt.occurred_at).toISOString();
  const id = eventId(notificationId, receipt, outcome, provider);
  const status = STATUS_OF[outcome];
  return {
    version: 1,
    event_id: id,
    event: outcome,
    notification_id: notificationId,
    epoch,
    hop,
    attempt,
    status,
    channel,
    attempts: [],
    timeline: [{ id, event: outcome, status, channel, provider, ...(reason === undefined ? {} : { reason }), at }],
    occurred_at: at,
  };
}
