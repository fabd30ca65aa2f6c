import {
  type DeliveryError,
  deliveryError,
  lostConnectionError,
  type OutgoingDelivery,
  type Provider,
  type ProviderResult,
  parseRetryAfter,
} from '@notify/channel-worker';
import { createHttpPoster, type HttpPoster, type PostAnswer, PostFailure } from '@notify/service-kit';
import Mailgun from 'mailgun.js';
import type { MailFromConfig } from '../mail-from.ts';
import { jsonObject } from './json-object.ts';
import type { MailgunConfig } from './mailgun-config.ts';
import { mailgunMeaning, refusedParameter } from './mailgun-errors.ts';
import { refuseInjection } from './refuse-injection.ts';
import { unsubscribeHeaders } from './unsubscribe-headers.ts';

const CONCURRENCY = 32;
/** https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/batch-sending */
const MAX_BATCH_SIZE = 1_000;
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

  async function create(message: object, signal: AbortSignal): Promise<ProviderResult> {
    const { id } = await poster
      .within(signal, () => mailgun.messages.create(domain, { from: config.MAIL_FROM, ...message } as MessageData))
      .catch((error: unknown) => {
        throw error instanceof PostFailure ? lostConnectionError(error.code, error.hasLeft) : error;
      });
    return { status: 'sent', providerMessageId: id };
  }

  return {
    name: 'mailgun',
    sendsReceipts: true,
    concurrency: CONCURRENCY,
    async send(delivery, signal) {
      refuseInjection(delivery);
      return create({ to: delivery.address, ...messageOf(delivery.content, ownOf(delivery)) }, signal);
    },
    async sendBatch(deliveries, signal) {
      deliveries.forEach(refuseInjection);
      const content = deliveries[0]?.content ?? {};
      // In a batch, and only there, Mailgun would fill it in.
      if (/%recipient/i.test(JSON.stringify(content))) {
        throw deliveryError('permanent', 'the content has what a batch takes for a variable', 'recipient_variable');
      }
      return create(
        {
          to: deliveries.map(({ address }) => address),
          ...messageOf(content, asVariables(deliveries[0])),
          // With them each gets a mail of their own, which does not show the others' addresses.
          'recipient-variables': JSON.stringify(
            Object.fromEntries(deliveries.map((delivery) => [delivery.address, ownOf(delivery)])),
          ),
        },
        signal,
      );
    },
    maxBatchSize: MAX_BATCH_SIZE,
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

/** What each message of a batch has of its own. */
interface OwnFields {
  notification_id: string;
  epoch: string;
  hop: string;
  attempt: string;
  unsubscribe_url?: string;
}

const ownOf = ({ notificationId, epoch, hop, attempt, unsubscribeUrl }: OutgoingDelivery): OwnFields => ({
  notification_id: notificationId,
  epoch: String(epoch),
  hop: String(hop),
  attempt: String(attempt),
  ...(unsubscribeUrl === undefined ? {} : { unsubscribe_url: unsubscribeUrl }),
});
/** Filled in by Mailgun, for each recipient of a batch. Of a batch, all messages have a link or none. */
const asVariables = (first: OutgoingDelivery | undefined): OwnFields => ({
  notification_id: '%recipient.notification_id%',
  epoch: '%recipient.epoch%',
  hop: '%recipient.hop%',
  attempt: '%recipient.attempt%',
  ...(first?.unsubscribeUrl === undefined ? {} : { unsubscribe_url: '%recipient.unsubscribe_url%' }),
});

function messageOf(content: OutgoingDelivery['content'], own: OwnFields) {
  const listHeaders = Object.entries(unsubscribeHeaders(own.unsubscribe_url));
  return {
    subject: content.title ?? '',
    text: content.body === undefined && content.html !== undefined ? undefined : (content.body ?? ''),
    html: content.html,
    // Come back with every event.
    'v:notification_id': own.notification_id,
    'v:epoch': own.epoch,
    'v:hop': own.hop,
    'v:attempt': own.attempt,
    'h:X-Notification-ID': own.notification_id,
    // RFC 3834: no out-of-office replies, please.
    'h:Auto-Submitted': 'auto-generated',
    ...Object.fromEntries(listHeaders.map(([name, value]) => [`h:${name}`, value])),
  };
}

function refusal({ status, headers }: PostAnswer, message: unknown): DeliveryError {
  const parameter = refusedParameter(status, message);
  const [errorClass, text] = mailgunMeaning(status, parameter);
  const errorCode = parameter === undefined ? `http_${status}` : `http_${status}/${parameter}`;
  return deliveryError(errorClass, text, errorCode, parseRetryAfter(headers['retry-after']));
}
