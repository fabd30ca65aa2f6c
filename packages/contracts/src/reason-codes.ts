/**
 * Every reason code that a service of ours writes into a timeline, and what it means, as the end of a sentence. What writes an entry takes a
 * ReasonCode, so that none can come without its words. The only other reasons are the codes of vendors, on receipts, and what the header of
 * a message says that somebody else put into the failed queue.
 */
export const REASON_CODES = {
  // Why a channel is passed over.
  opted_out: 'the user has opted out of it',
  no_contact: 'there is no address for it, or no device of a provider in use',
  no_content: 'there is nothing to say on it',
  suppressed_bounce: 'the address is suppressed since a message to it bounced',
  suppressed_complaint: 'the address is suppressed since its owner called a message spam',
  suppressed_opted_out: 'the address is suppressed since its owner said STOP or unsubscribed at the vendor',
  suppressed_manual: 'an operator has suppressed the address',
  // As it was told before the reasons were.
  suppressed: 'the address is suppressed',
  missing_variables: 'the template changed since it was accepted, and a variable that it uses is missing',
  render_failed: 'the template changed since it was accepted, and cannot be rendered with these variables',
  user_not_found: 'the user is gone since it was accepted',
  template_not_found: 'the template is gone since it was accepted',
  providers_unavailable: 'no provider of this channel can be called now',
  // What a provider call came to.
  transient: 'the provider was busy, limited or away',
  permanent: 'the provider will never take this content',
  recipient: 'this address cannot be reached, or wants none',
  config: 'our account or sender was refused, which is not the fault of the recipient',
  unknown: 'the provider call was cut off, and may have been sent',
  unknown_outcome: 'the provider call was cut off, and may have been sent',
  held: 'the provider call was cut off, and its type has it wait for a receipt or an operator',
  retries_exhausted: 'every try of its schedule has failed',
  breaker_open: 'too many calls of this provider had failed, and it was given a rest',
  no_time_left: 'too little time was left',
  // What receipts, or their absence, tell of what was sent.
  bounced: 'a receipt said that it bounced',
  undelivered: 'a receipt said that it was not delivered',
  not_confirmed: 'no receipt came in time to say that it arrived',
  // When.
  send_at: 'it was asked for at a later time',
  quiet_hours: 'the user has quiet hours',
  user_cap: 'the user has reached the cap',
  user_changed: 'the preferences or the time zone of the user have changed',
  expired: 'its expires_at has passed',
  // What is ours.
  dependency_unavailable: 'a service of ours that it needs is away',
  already_sending: 'another worker is at it',
  retry: 'somebody asked to retry it',
  replay: 'it was one of those that somebody asked to replay',
  no_news: 'nothing was heard of it for too long',
  lost_track: 'nothing is heard of it any more',
  // How its message ended in the failed queue.
  invalid_message: 'its message cannot be read',
  delivery_limit: 'its message was given to workers too often, and none finished with it',
  dead_lettered: 'its message was given up, and does not say why',
} as const;

export type ReasonCode = keyof typeof REASON_CODES;

/** Whether it is one of ours, and not a vendor's. */
export const isReasonCode = (reason: string): reason is ReasonCode => Object.hasOwn(REASON_CODES, reason);
