import type { TimelineEvent } from './events.ts';

/** What each line of the timeline means, for those who read it in documentation. */
export const TIMELINE_MEANINGS: Readonly<Record<TimelineEvent, string>> = {
  accepted: 'The request was taken, and is safe',
  planned: 'The channels were chosen. No version tells it so far',
  scheduled: 'It waits for its `send_at`',
  due: 'What it waited for has come: it goes into its lane',
  replayed: 'Somebody sent it again (retry or replay): its next epoch begins',
  resumed: 'Nothing was heard of it for too long: the try that is to come goes into its lane again',
  skipped: 'A channel was passed over without asking a provider',
  deferred: 'It waits, and uses up no try: quiet hours, the cap of a user, or an outage of ours',
  processing: 'A provider is being asked',
  retrying: 'The try failed; the channel is tried again later',
  failover: 'Another provider or channel takes over; `channel` and `provider` name what was left',
  sent: 'A provider took it',
  delivered: 'The provider says that it arrived',
  opened: 'The provider says that it was opened',
  read: 'It was read',
  bounced: "The recipient's side refused it for good, after it had been sent",
  undelivered: 'It never got there, after it had been sent',
  complained: 'The recipient called it spam',
  unknown: 'The provider call was cut off: it may or may not have been sent',
  expired: 'Its `expires_at` passed before it could be sent',
  suppressed:
    'Nobody failed: the recipient opted out or was erased, the address is suppressed, or the cap of the user was reached',
  failed: 'No channel is left',
  cancelled: 'It was cancelled before a provider had it',
};
