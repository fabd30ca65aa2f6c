import type { Channel } from './channels.ts';
import type { TimelineEntryJson, TimelineEvent } from './events.ts';
import { isReasonCode, REASON_CODES, type ReasonCode } from './reason-codes.ts';
import { RECEIPT_OUTCOMES } from './receipt.ts';

/** One line of the timeline as the API shows it. */
export interface TimelineLineJson extends Omit<TimelineEntryJson, 'id'> {
  /** The decision and its reason in words, for people: what they say may change, `event` and `reason` do not. */
  detail: string;
}

type Decision = Pick<TimelineEntryJson, 'event' | 'channel' | 'provider' | 'reason' | 'until'>;

const CHANNEL_NAMES: Readonly<Record<Channel, string>> = { email: 'Email', sms: 'SMS', push: 'Push', in_app: 'In-app' };

const channelName = ({ channel }: Decision): string => (channel === undefined ? 'It' : CHANNEL_NAMES[channel]);

/** Only a receipt names its provider; what our own inbox or a provider at once says of itself bears none. */
const told = (decision: Decision, what: string): string =>
  `${channelName(decision)} ${what}${decision.provider === undefined ? '' : `, says ${decision.provider}`}`;

/** What was decided, as the beginning of a sentence. */
const DECISIONS: Readonly<Record<TimelineEvent, (decision: Decision) => string>> = {
  accepted: () => 'The request was taken, and is safe',
  planned: () => 'The channels were chosen',
  scheduled: () => 'It waits for its time',
  due: () => 'Its wait is over',
  replayed: () => 'It is sent again, from its first channel',
  resumed: (decision) => `${channelName(decision)} goes into its lane again`,
  skipped: (decision) => `${channelName(decision)} was passed over`,
  deferred: (decision) =>
    decision.until === undefined
      ? `${channelName(decision)} was put off for a moment`
      : `${channelName(decision)} waits until ${decision.until}`,
  processing: (decision) => `${channelName(decision)}: a provider is being asked`,
  retrying: (decision) => `${channelName(decision)} is tried again later`,
  failover: (decision) =>
    decision.provider === undefined
      ? `${channelName(decision)} was left for the next channel`
      : `${channelName(decision)}: ${decision.provider} was left for another provider`,
  sent: (decision) => `${channelName(decision)}: a provider took it`,
  delivered: (decision) => told(decision, 'was delivered'),
  opened: (decision) => told(decision, 'was opened'),
  read: () => 'It was read',
  bounced: (decision) => told(decision, 'bounced'),
  undelivered: (decision) => told(decision, 'was not delivered'),
  complained: (decision) => told(decision, 'was called spam by its recipient'),
  unknown: (decision) => `${channelName(decision)} may or may not have been sent`,
  expired: () => 'It is not sent any more',
  suppressed: () => 'It was not sent, and that is no failure',
  failed: (decision) => `${channelName(decision)} has failed for good`,
  cancelled: () => 'It was cancelled before a provider had it',
};

/** Reasons that mean something else where they end a wait, or make it too long. */
const IN_PLACE: Partial<Record<TimelineEvent, Partial<Record<ReasonCode, string>>>> = {
  due: { quiet_hours: 'the user had quiet hours', user_cap: 'the user had reached the cap' },
  expired: {
    quiet_hours: 'the quiet hours of the user end after its expires_at',
    user_cap: 'the user has reached the cap, and its turn comes after its expires_at',
    no_time_left: 'its next try would come after its expires_at',
  },
};

const IS_RECEIPT: ReadonlySet<TimelineEvent> = new Set(RECEIPT_OUTCOMES);

function reasonInWords(event: TimelineEvent, reason: string): string {
  // A vendor may use a word of ours for something else.
  if (IS_RECEIPT.has(event)) return `its code for that is ${reason}`;
  if (isReasonCode(reason)) return IN_PLACE[event]?.[reason] ?? REASON_CODES[reason];
  return `the reason is given as ${reason}`;
}

/** A decision of the timeline in a sentence, made of nothing but what the entry shows: it never names a recipient. */
export function timelineDetail(decision: Decision): string {
  const decided = DECISIONS[decision.event](decision);
  return decision.reason === undefined ? decided : `${decided}: ${reasonInWords(decision.event, decision.reason)}`;
}

/** An entry of the record as the API shows it. */
export function timelineLine({ id: _internal, ...entry }: TimelineEntryJson): TimelineLineJson {
  return { ...entry, detail: timelineDetail(entry) };
}
