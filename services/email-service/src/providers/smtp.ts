import { type DeliveryError, deliveryError, type OutgoingDelivery, type Provider } from '@notify/channel-worker';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { type MailFrom, type MailFromConfig, parseMailFrom } from '../mail-from.ts';
import { refuseInjection } from './refuse-injection.ts';
import { type BodyWatch, createBodyWatch } from './smtp-body-watch.ts';
import type { SmtpConfig } from './smtp-config.ts';
import { type SmtpFailure, smtpMeaning } from './smtp-errors.ts';
import { unsubscribeHeaders } from './unsubscribe-headers.ts';

/** nodemailer's own are 2 min, 30 s and 10 min: a worker's slot would hang for all of them. */
const TIMEOUTS = { connectionTimeout: 10_000, dnsTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/**
 * A pooled connection that the server closed in between is replaced, once. nodemailer does that only while none of the
 * message has left, so nothing is ever sent twice by it.
 */
const MAX_REQUEUES = 1;

interface WatchedMail extends SendMailOptions {
  bodyWatch: BodyWatch;
}

/** Any SMTP server, over a pool of connections. It accepts a message or refuses it; what becomes of it later, nobody tells. */
export function createSmtpProvider(config: SmtpConfig & MailFromConfig): Provider {
  const from = parseMailFrom(config.MAIL_FROM);
  const transport = createTransport({
    pool: true,
    host: config.SMTP_HOST,
    port: config.SMTP_PORT,
    secure: config.SMTP_SECURE === 'tls',
    requireTLS: config.SMTP_SECURE === 'starttls',
    ignoreTLS: config.SMTP_SECURE === 'none',
    ...(config.SMTP_USER === undefined ? {} : { auth: { user: config.SMTP_USER, pass: config.SMTP_PASSWORD } }),
    maxConnections: config.SMTP_CONNECTIONS,
    maxRequeues: MAX_REQUEUES,
    ...TIMEOUTS,
    // Content comes from callers: it must never name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.use('stream', (mail, done) => {
    const { bodyWatch } = mail.data as WatchedMail;
    mail.message.processFunc((message) => bodyWatch.attach(message));
    done();
  });
  // A connection that fails while it is idle; the send that meets it next says so.
  transport.on('error', () => {});

  return {
    name: 'smtp',
    concurrency: config.SMTP_CONNECTIONS,
    async send(delivery, signal) {
      refuseInjection(delivery);
      const bodyWatch = createBodyWatch();
      try {
        const info = await transport.sendMail({ ...mailOf(delivery, from), signal, bodyWatch } as WatchedMail);
        if (info.rejected.length > 0) throw info.rejectedErrors?.[0] ?? new Error('rejected without a reason');
        return { status: 'sent', providerMessageId: info.messageId };
      } catch (error) {
        throw toDeliveryError(error as SmtpFailure, bodyWatch.hasLeft);
      }
    },
    close: () => transport.close(),
  };
}

function mailOf(delivery: OutgoingDelivery, from: MailFrom): SendMailOptions {
  const { notificationId, epoch, hop, attempt, address, content, unsubscribeUrl } = delivery;
  return {
    from: { name: from.name, address: from.address },
    // As an object: a string would be parsed, and could turn out to be a list.
    to: { name: '', address },
    envelope: { from: from.address, to: [address] },
    subject: content.title ?? '',
    ...(content.body === undefined && content.html !== undefined ? {} : { text: content.body ?? '' }),
    ...(content.html === undefined ? {} : { html: content.html }),
    messageId: `<${notificationId}.${epoch}.${hop}.${attempt}@${from.domain}>`,
    headers: {
      'X-Notification-ID': notificationId,
      // RFC 3834: no out-of-office replies, please.
      'Auto-Submitted': 'auto-generated',
      ...unsubscribeHeaders(unsubscribeUrl),
    },
  };
}

/** @returns our error; or the very error where it is none of SMTP's, so a bug of ours. */
export function toDeliveryError(failure: SmtpFailure, hasBodyLeft: boolean): DeliveryError | SmtpFailure {
  const found = smtpMeaning(failure);
  if (found === undefined) return failure;
  const [errorClass, text] = found.meaning;
  if (errorClass !== 'connection') return deliveryError(errorClass, text, found.errorCode);
  return hasBodyLeft
    ? deliveryError('unknown', `${text}, after the message had left`, found.errorCode)
    : deliveryError('transient', text, found.errorCode);
}
