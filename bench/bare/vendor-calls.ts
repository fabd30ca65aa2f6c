import { createTransport } from 'nodemailer';
import { Pool } from 'undici';
import type { SendRequest, Vendor } from './bare-messages.ts';

/** As many as the full system's sms-service and email-service hold. */
const HTTP_CONNECTIONS = 32;
const SMTP_CONNECTIONS = 10;

const ACCOUNT = `AC${'0'.repeat(32)}`;
const TWILIO_REQUEST = {
  method: 'POST',
  path: `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`,
  headers: {
    authorization: `Basic ${Buffer.from(`${ACCOUNT}:sandbox`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
} as const;

/** Sends one message; resolves to the vendor's id of it. Throws when the vendor does not take it. */
type VendorCall = (content: Omit<SendRequest, 'vendor'>) => Promise<string>;

/** One call each, over kept connections. undici alone, which in the full system carries the requests of Twilio's SDK. */
export function createVendorCalls(twilioUrl: string, smtpPort: number): Record<Vendor, VendorCall> {
  const twilio = new Pool(twilioUrl, { connections: HTTP_CONNECTIONS });
  const smtp = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: smtpPort,
    ignoreTLS: true,
    maxConnections: SMTP_CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
  });

  return {
    async http({ to, body }) {
      const form = new URLSearchParams({ From: '+15005550006', To: to, Body: body });
      const answer = await twilio.request({ ...TWILIO_REQUEST, body: form.toString() });
      if (answer.statusCode !== 201) throw new Error(`the vendor answered ${answer.statusCode}`);
      return ((await answer.body.json()) as { sid: string }).sid;
    },
    async smtp({ to, subject, body }) {
      const info = await smtp.sendMail({ from: 'notifications@notify.test', to, subject, text: body });
      return info.messageId;
    },
  };
}
