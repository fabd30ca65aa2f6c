import {
  type DeliveryError,
  deliveryError,
  lostConnectionError,
  type OutgoingDelivery,
  type Provider,
  parseRetryAfter,
  RecipientInvalidError,
} from '@notify/channel-worker';
import { PostFailure } from '@notify/service-kit';
import twilio from 'twilio';
import type { TwilioConfig } from './twilio-config.ts';
import { OPTED_OUT, twilioMeaning } from './twilio-errors.ts';
import { createTwilioRequestClient, type TwilioCall } from './twilio-request-client.ts';

const CONCURRENCY = 32;
/**
 * By itself Twilio brings a receipt again only where it could not connect. It keeps the fragment to itself.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
const RETRY_RECEIPTS = '#rc=5&rp=5xx,ct,rt';

/** What the SDK throws for an answer, as far as it matters here. */
interface TwilioRefusal {
  /** The HTTP status. */
  status: number;
  /** Twilio's number, where the answer is Twilio's JSON. */
  code?: unknown;
}

/**
 * SMS by Twilio. What becomes of a message is told to the status callback, whose query names the attempt.
 * @param socketTimeoutMs how long a socket may be silent; not below the worker's own deadline.
 */
export function createTwilioProvider(config: TwilioConfig, socketTimeoutMs: number): Provider {
  const requestClient = createTwilioRequestClient({
    origin: config.TWILIO_API_URL,
    timeoutMs: socketTimeoutMs,
    connections: CONCURRENCY,
    caBundle: config.TWILIO_CA_BUNDLE,
  });
  const { httpClient } = requestClient;
  const client = twilio(config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN, { httpClient });
  const sender = config.TWILIO_FROM.startsWith('MG')
    ? { messagingServiceSid: config.TWILIO_FROM }
    : { from: config.TWILIO_FROM };

  return {
    name: 'twilio',
    sendsReceipts: config.TWILIO_STATUS_CALLBACK_BASE !== undefined,
    concurrency: CONCURRENCY,
    async send(delivery, signal) {
      const call: TwilioCall = { signal };
      const message = await requestClient
        .within(call, () =>
          client.messages.create({
            to: delivery.address,
            body: delivery.content.body ?? '',
            ...sender,
            ...statusCallbackOf(delivery, config.TWILIO_STATUS_CALLBACK_BASE),
          }),
        )
        .catch((error: unknown) => {
          throw toDeliveryError(error, call.retryAfter);
        });
      if (message.errorCode) throw refusal(400, message.errorCode);
      return { status: 'sent', providerMessageId: message.sid };
    },
    close: () => requestClient.close(),
  };
}

function statusCallbackOf(delivery: OutgoingDelivery, base: string | undefined): { statusCallback?: string } {
  if (base === undefined) return {};
  const { notificationId, epoch, hop, attempt } = delivery;
  const query = new URLSearchParams({
    notification_id: notificationId,
    epoch: String(epoch),
    hop: String(hop),
    attempt: String(attempt),
  });
  return { statusCallback: `${base.replace(/\/$/, '')}/receipts/twilio?${query}${RETRY_RECEIPTS}` };
}

/**
 * @param retryAfter of the answer, if there was one.
 * @returns our error; or the very error where it is none of Twilio's, so a bug of ours.
 */
export function toDeliveryError(failure: unknown, retryAfter?: unknown): unknown {
  if (failure instanceof PostFailure) return lostConnectionError(failure.code, failure.hasLeft);
  // The SDK parses what a 2xx says: a body that is no JSON ends here.
  if (failure instanceof SyntaxError) {
    return deliveryError('unknown', 'Twilio said yes, but nothing that can be read', 'unreadable_answer');
  }
  const { status, code } = failure as Partial<TwilioRefusal>;
  if (status === undefined) return failure;
  return refusal(status, typeof code === 'number' ? code : undefined, parseRetryAfter(retryAfter));
}

function refusal(status: number, code: number | undefined, retryAfterMs?: number): DeliveryError {
  const [errorClass, text] = twilioMeaning(status, code);
  const errorCode = code === undefined ? `http_${status}` : String(code);
  if (code === OPTED_OUT) return new RecipientInvalidError(text, errorCode, { reason: 'opted_out' });
  return deliveryError(errorClass, text, errorCode, retryAfterMs);
}
