import { createHash } from 'node:crypto';
import { lostConnectionError, type OutgoingDelivery, type Provider } from '@notify/channel-worker';
import { workMessageId } from '@notify/contracts';
import { createHttpPoster, type HttpPoster, PostFailure } from '@notify/service-kit';
import {
  ApiException,
  createConfiguration,
  DefaultApi,
  type HttpLibrary,
  type Notification,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@onesignal/node-onesignal';
import type { OnesignalConfig } from './onesignal-config.ts';
import { emptyAnswerError, refusal } from './onesignal-errors.ts';

const CONCURRENCY = 32;
const ADDRESS = 'https://api.onesignal.com';

/**
 * Push by OneSignal. A device's token is its subscription id. Its event stream repeats the message's name (ADR 0010). That a push was
 * received it tells only where Confirmed Delivery works: `sent` counts as confirmed.
 */
export function createOnesignalProvider(config: OnesignalConfig): Provider {
  const poster = createHttpPoster({ maxSockets: CONCURRENCY });
  const onesignal = new DefaultApi(
    createConfiguration({
      restApiKey: config.ONESIGNAL_API_KEY,
      baseServer: new ServerConfiguration((config.ONESIGNAL_API_URL ?? ADDRESS).replace(/\/$/, ''), {}),
      httpApi: postingLibrary(poster),
    }),
  );

  return {
    name: 'onesignal',
    concurrency: CONCURRENCY,
    async send(delivery, signal) {
      const notification = notificationOf(delivery, config.ONESIGNAL_APP_ID ?? '');
      const { id, errors } = await poster
        .within(signal, () => onesignal.createNotification(notification))
        .catch((error: unknown) => {
          if (error instanceof PostFailure) throw lostConnectionError(error.code, error.hasLeft);
          if (error instanceof ApiException)
            throw refusal(error.code, error.body?.errors, error.headers['retry-after']);
          throw error;
        });
      const nothingSent = emptyAnswerError(id, errors);
      if (nothingSent !== undefined) throw nothingSent;
      return { status: 'sent', providerMessageId: id };
    },
    close: () => poster.close(),
  };
}

/** What carries the SDK's requests, in place of its `fetch`. */
function postingLibrary(poster: HttpPoster): HttpLibrary {
  return wrapHttpLibrary({
    async send(request) {
      const answer = await poster.post(request.getUrl(), request.getHeaders(), String(request.getBody()));
      const retryAfter = answer.headers['retry-after'];
      // The SDK breaks at what is no JSON: a page of a proxy.
      if (!isObject(answer.body)) throw refusal(answer.status, undefined, retryAfter);
      const headers = { 'content-type': 'application/json', ...(retryAfter && { 'retry-after': retryAfter }) };
      return new ResponseContext(answer.status, headers, {
        text: async () => answer.body,
        binary: async () => Buffer.from(answer.body),
      });
    },
  });
}

function isObject(body: string): boolean {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null;
  } catch {
    return false;
  }
}

function notificationOf(delivery: OutgoingDelivery, appId: string): Notification {
  const { notificationId, address, content } = delivery;
  const { title, body, data } = content;
  return {
    app_id: appId,
    // For operators, and the only field of ours that an event stream repeats.
    name: workMessageId(notificationId, delivery),
    include_subscription_ids: [address],
    target_channel: 'push',
    // OneSignal wants a body, and everything in English, whatever language it is in.
    contents: { en: body ?? title ?? '' },
    ...(body === undefined || title === undefined ? {} : { headings: { en: title } }),
    data: { ...data, notification_id: notificationId },
    idempotency_key: idempotencyKey(delivery),
  };
}

/** The same for every try of one hop, so that a try after an unknown outcome is no second push; a UUID, as OneSignal wants it. */
function idempotencyKey({ notificationId, epoch, hop, address }: OutgoingDelivery): string {
  const hash = createHash('sha256').update(`${notificationId}.${epoch}.${hop}.${address}`).digest('hex');
  // Version 8 is the one for own schemes: RFC 9562, 5.8.
  return hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}
