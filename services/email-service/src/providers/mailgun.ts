import {
  type DeliveryError,
  deliveryError,
  lostConnectionError,
  type OutgoingDelivery,
  type Provider,
  parseRetryAfter,
} from '@notify/channel-worker';
import { createHttpPoster, type HttpPoster, type PostAnswer, PostFailure } from '@notify/service-kit';
import Mailgun from 'mailgun.js';
import type { MailFromConfig } from '../mail-from.ts';
import { jsonObject } from './json-object.ts';
import type { MailgunConfig } from './mailgun-config.ts';
import { mailgunMeaning, refusedParameter } from './mailgun-errors.ts';
import { refuseInjection } from './refuse-injection.ts';

const CONCURRENCY = 32;
const ADDRESSES = { us: 'https://api.mailgun.net', eu: 'https://api.eu.mailgun.net' };

type MailgunClient = ReturnType<InstanceType<typeof Mailgun>['client']>;
type MessageData = Parameters<MailgunClient['messages']['create']>[1];
type RequestProvider = MailgunClient['request']['requestProvider'];

/** Email by Mailgun. What becomes of a message is told by its webhooks, which repeat the ids of the attempt. */
export function createMailgunProvider(config: MailgunConfig & MailFromConfig): Provider {
  const poster = createHttpPoster({ maxSockets: CONCURRENCY });
  const [domain, key] = [config.MAILGUN_DOMAIN ?? '', config.MAILGUN_API_KEY ?? ''];
  const url = config.MAILGUN_API_URL ?? ADDRESSES[config.MAILGUN_REGION];
  const mailgun = new Mailgun(FormData).client({ username: 'api', key, url });
  mailgun.request.requestProvider = postingProvider(poster, key);

  return {
    name: 'mailgun',
    sendsReceipts: true,
    concurrency: CONCURRENCY,
    async send(delivery, signal) {
      refuseInjection(delivery);
      const message = { from: config.MAIL_FROM, ...messageOf(delivery) } as MessageData;
      const { id } = await poster
        .within(signal, () => mailgun.messages.create(domain, message))
        .catch((error: unknown) => {
          throw error instanceof PostFailure ? lostConnectionError(error.code, error.hasLeft) : error;
        });
      return { status: 'sent', providerMessageId: id };
    },
    close: () => poster.close(),
  };
}

/** What carries the SDK's requests, in place of its own. It throws what we throw: the SDK passes errors on. */
function postingProvider(poster: HttpPoster, key: string): RequestProvider {
  const authorization = `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;
  return {
    async makeRequest(url, _method, content) {
      // The only request that we make is one with a form.
      const form = new Response((content as { data: FormData }).data);
      const answer = await poster.post(
        url,
        { Authorization: authorization, 'Content-Type': form.headers.get('content-type') ?? '' },
        Buffer.from(await form.arrayBuffer()),
      );
      const body = jsonObject(answer.body);
      if (answer.status !== 200 || typeof body.id !== 'string') throw refusal(answer, body.message);
      return { status: answer.status, body };
    },
    setSubAccountHeader() {},
    resetSubAccountHeader() {},
  };
}

function messageOf({ notificationId, epoch, hop, attempt, address, content }: OutgoingDelivery) {
  return {
    to: address,
    subject: content.title ?? '',
    text: content.body === undefined && content.html !== undefined ? undefined : (content.body ?? ''),
    html: content.html,
    // Come back with every event.
    'v:notification_id': notificationId,
    'v:epoch': String(epoch),
    'v:hop': String(hop),
    'v:attempt': String(attempt),
    'h:X-Notification-ID': notificationId,
    // RFC 3834: no out-of-office replies, please.
    'h:Auto-Submitted': 'auto-generated',
  };
}

function refusal({ status, headers }: PostAnswer, message: unknown): DeliveryError {
  const parameter = refusedParameter(status, message);
  const [errorClass, text] = mailgunMeaning(status, parameter);
  const errorCode = parameter === undefined ? `http_${status}` : `http_${status}/${parameter}`;
  return deliveryError(errorClass, text, errorCode, parseRetryAfter(headers['retry-after']));
}
