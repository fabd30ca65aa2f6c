import { createHmac } from 'node:crypto';
import type { Receipt, ReceiptStatus } from './receipt.ts';

/** Twilio knows no complaints, and nobody opens an SMS. https://www.twilio.com/docs/messaging/api/message-resource#message-status-values */
const OUTCOMES: Partial<Record<ReceiptStatus, Record<string, string>>> = {
  delivered: { MessageStatus: 'delivered', SmsStatus: 'delivered' },
  bounced: { MessageStatus: 'undelivered', SmsStatus: 'undelivered', ErrorCode: '30005' },
  undelivered: { MessageStatus: 'undelivered', SmsStatus: 'undelivered', ErrorCode: '30003' },
};

export interface TwilioReceiptSubject {
  sid: string;
  accountSid: string;
  authToken: string;
  to: string;
  from: string;
  /** Empty: none was asked for. */
  statusCallback: string;
}

/** Signed over the status callback as it was given, whatever leads there. As in https://www.twilio.com/docs/usage/webhooks/webhooks-security */
export function twilioReceipt(subject: TwilioReceiptSubject, status: ReceiptStatus): Receipt | undefined {
  const outcome = OUTCOMES[status];
  if (outcome === undefined || !URL.canParse(subject.statusCallback)) return undefined;
  // A fragment says how often to try, and is neither called nor signed.
  const [url = ''] = subject.statusCallback.split('#');
  const { pathname, search } = new URL(url);
  const fields: Record<string, string> = {
    ApiVersion: '2010-04-01',
    AccountSid: subject.accountSid,
    From: subject.from,
    MessageSid: subject.sid,
    SmsSid: subject.sid,
    To: subject.to,
    ...outcome,
  };
  const signed = Object.keys(fields)
    .sort()
    .reduce((text, name) => `${text}${name}${fields[name]}`, url);
  return {
    path: `${pathname}${search}`,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': createHmac('sha1', subject.authToken).update(signed).digest('base64'),
    },
    body: new URLSearchParams(fields).toString(),
  };
}
