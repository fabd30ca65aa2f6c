import {
  type DeliveryError,
  deliveryError,
  lostConnectionError,
  type OutgoingDelivery,
  type Provider,
  type ProviderResult,
  parseRetryAfter,
} from '@notify/channel-worker';
import { createHttpPoster, type HttpPoster, PostFailure } from '@notify/service-kit';
import sendgridClient from '@sendgrid/client';
import sendgridMail from '@sendgrid/mail';
import { type MailFromConfig, parseMailFrom } from '../mail-from.ts';
import { jsonObject } from './json-object.ts';
import { refuseInjection } from './refuse-injection.ts';
import type { SendgridConfig } from './sendgrid-config.ts';
import { sendgridMeaning } from './sendgrid-errors.ts';
import { unsubscribeHeaders } from './unsubscribe-headers.ts';

const CONCURRENCY = 32;
/** https://www.twilio.com/docs/sendgrid/for-developers/sending-email/personalizations */
const MAX_BATCH_SIZE = 1_000;
const ADDRESSES = { global: 'https://api.sendgrid.com', eu: 'https://api.eu.sendgrid.com' };

// Each package exports one instance for the whole process, and its class as a property that the types leave out.
const { Client } = sendgridClient as unknown as { Client: new () => typeof sendgridClient };
const { MailService } = sendgridMail as unknown as { MailService: new () => typeof sendgridMail };

type ClientRequest = Parameters<typeof sendgridClient.request>[0];
type ClientResponse = Awaited<ReturnType<typeof sendgridClient.request>>[0];
type MailData = Parameters<typeof sendgridMail.send>[0];

/** The SDK's client over connections of ours. */
class PostingClient extends Client {
  readonly #address: string;
  readonly #poster: HttpPoster;

  constructor(apiKey: string, address: string, poster: HttpPoster) {
    super();
    this.setApiKey(apiKey);
    this.#address = address;
    this.#poster = poster;
  }

  /** Unlike the SDK's it resolves with any answer, whatever its status. */
  override async request(request: ClientRequest): Promise<[ClientResponse, unknown]> {
    const headers = this.createHeaders((request.headers ?? {}) as Record<string, string>);
    const url = new URL(request.url, this.#address).href;
    const { status, headers: answered, body } = await this.#poster.post(url, headers, JSON.stringify(request.body));
    return [{ statusCode: status, headers: answered, body: jsonObject(body) }, body];
  }
}

interface SendgridFailure {
  errors?: { field?: string | null }[];
}

/** Email by SendGrid. What becomes of a message is told by its event webhook, which repeats the ids of the attempt. */
export function createSendgridProvider(config: SendgridConfig & MailFromConfig): Provider {
  const poster = createHttpPoster({ maxSockets: CONCURRENCY });
  const mail = new MailService();
  mail.setClient(
    new PostingClient(
      config.SENDGRID_API_KEY ?? '',
      config.SENDGRID_API_URL ?? ADDRESSES[config.SENDGRID_REGION],
      poster,
    ),
  );
  const { name, address: email } = parseMailFrom(config.MAIL_FROM);

  async function sendAll(deliveries: readonly OutgoingDelivery[], signal: AbortSignal): Promise<ProviderResult> {
    deliveries.forEach(refuseInjection);
    const message = { from: { name, email }, ...messageOf(deliveries) } as MailData;
    const [answer] = await poster
      .within(signal, () => mail.send(message))
      .catch((error: unknown) => {
        throw error instanceof PostFailure ? lostConnectionError(error.code, error.hasLeft) : error;
      });
    if (answer.statusCode !== 202) throw refusal(answer);
    return { status: 'sent', providerMessageId: answer.headers['x-message-id'] };
  }

  return {
    name: 'sendgrid',
    sendsReceipts: true,
    concurrency: CONCURRENCY,
    send: (delivery, signal) => sendAll([delivery], signal),
    sendBatch: sendAll,
    maxBatchSize: MAX_BATCH_SIZE,
    close: () => poster.close(),
  };
}

/** One mail for each, none of which shows the others' addresses. */
function messageOf(deliveries: readonly OutgoingDelivery[]) {
  const { title, body, html } = deliveries[0]?.content ?? {};
  return {
    personalizations: deliveries.map(({ notificationId, epoch, hop, attempt, address, unsubscribeUrl }) => ({
      to: { email: address },
      // Come back with every event.
      customArgs: {
        notification_id: notificationId,
        epoch: String(epoch),
        hop: String(hop),
        attempt: String(attempt),
      },
      headers: { 'X-Notification-ID': notificationId, ...unsubscribeHeaders(unsubscribeUrl) },
    })),
    subject: title ?? '',
    ...(body === undefined && html !== undefined ? {} : { text: body ?? '' }),
    ...(html === undefined ? {} : { html }),
    // RFC 3834: no out-of-office replies, please.
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function refusal({ statusCode, headers, body }: ClientResponse): DeliveryError {
  const field = (body as SendgridFailure).errors?.[0]?.field ?? undefined;
  const [errorClass, text] = sendgridMeaning(statusCode, field);
  // The path of a field that we sent is safe to show.
  const place =
    statusCode === 400 && field !== undefined && /^[a-z_]+(\.[a-z0-9_]+){0,5}$/.test(field) ? `/${field}` : '';
  const retryAfterMs =
    parseRetryAfter(headers['retry-after']) ??
    (statusCode === 429 ? untilReset(headers['x-ratelimit-reset']) : undefined);
  return deliveryError(errorClass, text, `http_${statusCode}${place}`.slice(0, 80), retryAfterMs);
}

/** @param value the second, counted from 1970, at which there may be more requests. */
function untilReset(value: unknown): number | undefined {
  const resetSeconds = Number(value ?? Number.NaN);
  return Number.isFinite(resetSeconds) ? Math.max(0, resetSeconds * 1000 - Date.now()) : undefined;
}
