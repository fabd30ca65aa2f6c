import type { ErrorClass } from '@notify/contracts';

/*
 * What Twilio's refusals mean for us. Codes: https://www.twilio.com/docs/api/errors
 * The 3xxxx ones are about delivery and come with a status callback, as a rule; a few are also answered at once.
 * The texts are ours: Twilio's quote the number.
 */
export type TwilioMeaning = readonly [ErrorClass, text: string];

/** The recipient answered STOP. */
export const OPTED_OUT = 21610;

const BY_CODE: Readonly<Record<number, TwilioMeaning>> = {
  20003: ['config', 'the credentials are refused'],
  20429: ['transient', 'too many requests'],
  20503: ['transient', 'the service is unavailable'],
  21211: ['recipient', 'the number is not valid'],
  21212: ['config', "the sender's number is not valid"],
  21408: ['config', 'the account may not send to this region'],
  21602: ['permanent', 'the message has no body'],
  21603: ['config', 'no sender is configured'],
  21604: ['recipient', 'there is no number'],
  21606: ['config', "the sender's number can not send SMS for this account"],
  21608: ['config', 'a trial account may only send to verified numbers'],
  21609: ['config', 'the status callback address is not valid'],
  [OPTED_OUT]: ['recipient', 'the recipient has opted out'],
  21611: ['transient', "the sender's queue is full"],
  21612: ['config', 'this sender can not reach this number'],
  21614: ['recipient', 'the number can not receive SMS'],
  21617: ['permanent', 'the body is too long'],
  21619: ['permanent', 'the message has no body'],
  21635: ['recipient', 'the number is a landline'],
  21659: ['config', "the sender's number is not one of Twilio's"],
  30001: ['transient', 'the queue overflowed'],
  30003: ['transient', 'the handset can not be reached'],
  30004: ['recipient', 'the number is blocked'],
  30005: ['recipient', 'the number is unknown'],
  30006: ['recipient', 'the number is a landline or its carrier can not be reached'],
  30007: ['permanent', 'a carrier filtered the message'],
  30008: ['transient', 'an unknown error'],
  30034: ['config', 'the sender is not registered for A2P 10DLC'],
};

/** Where the code says nothing. Twilio takes no idempotency key, so what a 5xx left behind can't be known; a 503 did nothing. */
function meaningOfStatus(status: number): TwilioMeaning {
  if (status === 429 || status === 503) return ['transient', 'Twilio is overloaded'];
  if (status === 401 || status === 403) return ['config', 'Twilio refuses our account'];
  // The path holds our account and nothing else.
  if (status === 404 || status === 405) return ['config', 'Twilio does not know our account'];
  if (status >= 500) return ['unknown', 'Twilio failed'];
  return ['permanent', 'Twilio refuses the request'];
}

/** @param code Twilio's; undefined when the answer was not Twilio's JSON. */
export function twilioMeaning(status: number, code: number | undefined): TwilioMeaning {
  return (code === undefined ? undefined : BY_CODE[code]) ?? meaningOfStatus(status);
}
