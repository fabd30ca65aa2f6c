import type {
  BatchAnswerJson,
  ListQueryJson,
  NotificationFilterJson,
  NotificationJson,
  NotifyAcceptedJson,
  NotifyOutcomeJson,
  NotifyRequestJson,
  ReplayAnswerJson,
  ReplayRequestJson,
  SendAnswerJson,
  SendRequestJson,
} from '@notify/contracts';
import type { Asked } from './asked.ts';
import { type Call, type CallOptions, type IdempotentCallOptions, path, type Transport } from './call.ts';
import { type List, list } from './list.ts';
import { type WaitOptions, waitUntilSettled } from './wait-until-settled.ts';

export type SendRequest = Asked<SendRequestJson, 'notification_type' | 'priority' | 'variables' | 'mode' | 'metadata'>;
export type NotifyRequest = Asked<NotifyRequestJson, 'priority' | 'timeout_ms'>;
export type NotificationFilter = Asked<NotificationFilterJson>;
export type NotificationQuery = Asked<ListQueryJson, 'limit'>;
export interface ReplayRequest {
  /** Without a status: failed and unknown ones. */
  filter: NotificationFilter & { status?: 'failed' | 'unknown' };
  /** Only count. Default: false. */
  dry_run?: ReplayRequestJson['dry_run'];
  idempotency_key?: string;
}

const NOTIFY_TIMEOUT_MS = 25_000;
/** What an answer may take beyond the time that the gateway was given. */
const ANSWER_MARGIN_MS = 10_000;
/** The gateway gives a replay 30 s. */
const REPLAY_TIMEOUT_MS = 30_000 + ANSWER_MARGIN_MS;

export interface NotificationsApi {
  /** Hands a notification over: once this resolves it is safe, and is delivered in the background. */
  send(request: SendRequest, options?: IdempotentCallOptions): Promise<SendAnswerJson>;
  /** Hands up to 1,000 over. One that is refused does not throw: look at the `error` of its result. */
  sendBatch(requests: readonly SendRequest[], options?: IdempotentCallOptions): Promise<BatchAnswerJson>;
  /**
   * Sends and waits for the outcome: email first, SMS if it fails, one quick try each. `status` is `accepted` if there was none within
   * `timeout_ms`; delivery then goes on.
   * @throws NotifyError `undeliverable` or `delivery_failed` with `attempts` when no channel took it.
   */
  notify(request: NotifyRequest, options?: IdempotentCallOptions): Promise<NotifyOutcomeJson | NotifyAcceptedJson>;
  get(notificationId: string, options?: CallOptions): Promise<NotificationJson>;
  /** Newest first. */
  list(query?: NotificationQuery, options?: CallOptions): List<NotificationJson>;
  /** Cancels what no provider has been handed yet. @throws NotifyError `already_sent` when it is too late. */
  cancel(notificationId: string, options?: CallOptions): Promise<NotificationJson>;
  /**
   * Sends a failed or unknown notification again, from the first channel of its plan. It is not repeated by itself when no answer comes:
   * read the notification then.
   * @throws NotifyError `conflict` when it is neither.
   */
  retry(notificationId: string, options?: CallOptions): Promise<NotificationJson>;
  /** Says that the user has read it, on whatever channel. @throws NotifyError `conflict` when nothing of it has gone out. */
  read(notificationId: string, options?: CallOptions): Promise<NotificationJson>;
  /** Sends all failed and unknown ones that the filter fits again, at most 10,000 a call. */
  replay(request: ReplayRequest, options?: IdempotentCallOptions): Promise<ReplayAnswerJson>;
  /**
   * Reads a notification until nothing more is tried by itself (a `sent` one may still become `delivered` or `read`).
   * @throws NotifyError `not_settled` after `timeoutMs`.
   */
  waitUntilSettled(notificationId: string, options?: WaitOptions): Promise<NotificationJson>;
}

export function notificationsApi(transport: Transport): NotificationsApi {
  const get = (notificationId: string, options?: CallOptions) =>
    transport<NotificationJson>({ method: 'GET', path: path`/api/v1/notifications/${notificationId}`, ...options });
  return {
    get,
    send: (request, options) => transport(underKey('/api/v1/notifications', request, options)),
    sendBatch: (notifications, options) =>
      transport(underKey('/api/v1/notifications/batch', { notifications }, options)),
    notify: (request, options) =>
      transport({
        ...underKey('/api/notify', request, options),
        timeoutMs: (request.timeout_ms ?? NOTIFY_TIMEOUT_MS) + ANSWER_MARGIN_MS,
      }),
    list: (query, options) => list(transport, { path: '/api/v1/notifications', query, ...options }),
    cancel: (notificationId, options) =>
      transport({
        method: 'POST',
        path: path`/api/v1/notifications/${notificationId}/cancel`,
        isRepeatable: true,
        ...options,
      }),
    retry: (notificationId, options) =>
      transport({ method: 'POST', path: path`/api/v1/notifications/${notificationId}/retry`, ...options }),
    read: (notificationId, options) =>
      transport({
        method: 'POST',
        path: path`/api/v1/notifications/${notificationId}/read`,
        isRepeatable: true,
        ...options,
      }),
    replay: (request, options) =>
      transport({ ...underKey('/api/v1/notifications/replay', request, options), timeoutMs: REPLAY_TIMEOUT_MS }),
    waitUntilSettled: (notificationId, options) => waitUntilSettled(get, notificationId, options),
  };
}

/** A POST that the gateway carries out once, however often it arrives. */
function underKey(pathText: string, body: object, { idempotencyKey, signal }: IdempotentCallOptions = {}): Call {
  const isKeyInBody = (body as { idempotency_key?: string }).idempotency_key !== undefined;
  return {
    method: 'POST',
    path: pathText,
    body,
    idempotencyKey: idempotencyKey ?? (isKeyInBody ? undefined : crypto.randomUUID()),
    isRepeatable: true,
    signal,
  };
}
