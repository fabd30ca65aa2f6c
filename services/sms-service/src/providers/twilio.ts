import {
  type DeliveryError,
  deliveryError,
  lostConnectionError,
  type OutgoingDelivery,
  type Provider,
  parseRetryAfter,
  RecipientInvalidError,
} from '@notify/channel-worker';
import twilio from 'twilio';
import type { TwilioConfig } from './twilio-config.ts';
import { OPTED_OUT, twilioMeaning } from './twilio-errors.ts';
import { type TwilioCall, TwilioRequestClient, withTwilioCall } from './twilio-request-client.ts';

const CONCURRENCY = 32;
/**
 * By itself Twilio brings a receipt again only where it could not connect. It keeps the fragment to itself.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
const RETRY_RECEIPTS = '#rc=5&rp=5xx,ct,rt';

/** What the SDK and its HTTP client throw, as far as it matters here. */
interface TwilioFailure {
  /** Of an answer: the HTTP status. */
  status?: number;
  /** Of an answer: Twilio's number. Of a call without one: a system code. */
  code?: number | string;
  isAxiosError?: boolean;
}

/**
 * SMS by Twilio. What becomes of a message is told to the status callback, whose query names the attempt.
 * @param socketTimeoutMs how long a socket may be silent; not below the worker's own deadline.
 */
export function createTwilioProvider(config: TwilioConfig, socketTimeoutMs: number): Provider {
  const httpClient = new TwilioRequestClient({
    origin: config.TWILIO_API_URL,
    timeoutMs: socketTimeoutMs,
    maxSockets: CONCURRENCY,
  });
  const client = twilio(config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN, { httpClient });
  const sender = config.TWILIO_FROM.startsWith('MG')
    ? { messagingServiceSid: config.TWILIO_FROM }
    : { from: config.TWILIO_FROM };

  return {
    name: 'twilio',
    sendsReceipts: config.TWILIO_STATUS_CALLBACK_BASE !== undefined,
    concurrency: CONCURRENCY,
    async send(delivery, signal) {
      const call: TwilioCall = { signal, hasLeft: false };
      const message = await withTwilioCall(call, () =>
        client.messages.create({
          to: delivery.address,
          body: delivery.content.body ?? '',
          ...sender,
          ...statusCallbackOf(delivery, config.TWILIO_STATUS_CALLBACK_BASE),
        }),
      ).catch((error: unknown) => {
        throw toDeliveryError(error as TwilioFailure, call);
      });
      if (message.errorCode) throw refusal(400, message.errorCode);
      return { status: 'sent', providerMessageId: message.sid };
    },
    close: () => httpClient.close(),
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

/** @returns our error; or the very error where it is none of Twilio's, so a bug of ours. */
export function toDeliveryError(failure: TwilioFailure, call: TwilioCall): DeliveryError | TwilioFailure {
  const { status, code } = failure;
  if (failure.isAxiosError === true || call.signal.aborted) {
    return lostConnectionError(typeof code === 'string' ? code : 'ABORTED', call.hasLeft);
  }
  // The SDK parses what a 2xx says: a body that is no JSON ends here.
  if (failure instanceof SyntaxError) {
    return deliveryError('unknown', 'Twilio said yes, but nothing that can be read', 'unreadable_answer');
  }
  if (status === undefined) return failure;
  return refusal(status, typeof code === 'number' ? code : undefined, parseRetryAfter(call.retryAfter));
}

function refusal(status: number, code: number | undefined, retryAfterMs?: number): DeliveryError {
  const [errorClass, text] = twilioMeaning(status, code);
  const errorCode = code === undefined ? `http_${status}` : String(code);
  if (code === OPTED_OUT) return new RecipientInvalidError(text, errorCode, { reason: 'opted_out' });
  return deliveryError(errorClass, text, errorCode, retryAfterMs);
}
