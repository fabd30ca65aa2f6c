import { createHash } from 'node:crypto';
import { AppError, type ErrorCode } from '@notify/contracts';
import { currentContext, errorFields, type Logger } from '@notify/service-kit';
import type { Request, RequestHandler, Response } from 'express';
import stringify from 'safe-stable-stringify';
import { newNotificationId, notificationPath } from './accept.ts';
import { callerOf } from './authenticate.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import type { IdempotencyStore, KeyedRequest } from './idempotency-store.ts';

/** An answer as data, so that it can be given again. */
export interface Answer {
  status: number;
  location?: string;
  body: unknown;
  /** A part of it may or may not have been done: the same key does it again, under the same id, and nothing twice. */
  isUnsettled?: boolean;
}
/** An outcome that is told as an error. */
interface Problem {
  location: string;
  problem: { code: ErrorCode; detail: string; extra?: Record<string, unknown> };
}
type Kept = Answer | Problem;

/** Errors that are the outcome of a request that was carried out. Any other means that nothing was done. */
const OUTCOMES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['delivery_failed', 'undeliverable']);
/** After these the request may have been carried out nevertheless. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['dependency_unavailable', 'internal_error']);

/** Whether what was asked for may have been carried out, although this is what came of it. */
export const isUncertain = ({ code }: AppError): boolean => UNCERTAIN.has(code);

/** The same request, whatever the order of its fields, wherever it names its key, and however it writes the path: none here has parameters. */
function fingerprintOf(request: Request): string {
  const { idempotency_key: _named, ...body } = (request.body ?? {}) as Record<string, unknown>;
  const text = `${request.method} ${request.route.path} ${stringify(body)}`;
  return createHash('sha256').update(text).digest('base64url');
}

/** Makes handlers of requests that a caller may repeat: under one key they are carried out once, and answered alike. */
export type Idempotent = (
  handle: (request: Request, notificationId: string, response: Response) => Promise<Answer>,
) => RequestHandler;

/** One request under its key: what came of it, and whether that was known before. */
async function underKey(
  store: IdempotencyStore<Kept>,
  logger: Logger,
  request: KeyedRequest,
  run: (notificationId: string) => Promise<Kept>,
): Promise<{ kept: Kept; isReplay: boolean }> {
  const begun = await store.begin(request, newNotificationId());
  if (begun.state === 'answered') return { kept: begun.answer, isReplay: true };
  if (begun.state === 'reused') {
    throw new AppError('idempotency_key_reused', 'This key was used for another request within 24 hours');
  }
  if (begun.state === 'in_flight') {
    throw new AppError('request_in_flight', 'A request with this key is being worked on', { retryAfterSeconds: 1 });
  }
  // What can't be kept now costs the caller nothing: the same key keeps the same id, which is never sent twice.
  const quietly = (work: Promise<void>) =>
    work.catch((error: unknown) => logger.warn('an idempotency key was not settled', errorFields(error)));
  try {
    const kept = await run(begun.id);
    const isUnsettled = 'isUnsettled' in kept && kept.isUnsettled;
    await quietly(isUnsettled ? store.release(request, begun.id) : store.finish(request, begun.id, kept));
    return { kept, isReplay: false };
  } catch (error) {
    const mayBeDone = !(error instanceof AppError) || isUncertain(error) || !begun.isFirst;
    await quietly(mayBeDone ? store.release(request, begun.id) : store.forget(request, begun.id));
    throw error;
  }
}

/** @throws the error itself where it is no outcome. */
function problemOf(error: unknown): Problem {
  if (!(error instanceof AppError) || !OUTCOMES.has(error.code)) throw error;
  const { code, detail, extra } = error;
  // Given again, it is still the first answer.
  const kept = { ...extra, correlation_id: currentContext().correlationId };
  return { problem: { code, detail, extra: kept }, location: notificationPath(String(extra?.['notification_id'])) };
}

/**
 * `Idempotency-Key` for the handlers that it makes. Without a key a handler runs as it is; with one while Redis is away the caller gets
 * 503, since it could not be told from a repeat.
 * @throws AppError (to express) `idempotency_key_reused` 422, `request_in_flight` 409, `dependency_unavailable` 503.
 */
export function createIdempotent(store: IdempotencyStore<Kept>, logger: Logger): Idempotent {
  return (handle) => async (request, response) => {
    const key = idempotencyKeyOf(request);
    const run = (notificationId: string): Promise<Kept> =>
      handle(request, notificationId, response).catch((error: unknown) => problemOf(error));
    const { kept, isReplay } =
      key === undefined
        ? { kept: await run(newNotificationId()), isReplay: false }
        : await underKey(store, logger, { owner: String(callerOf(response)), key, asked: fingerprintOf(request) }, run);
    if (isReplay) response.set('Idempotent-Replayed', 'true');
    if (kept.location !== undefined) response.location(kept.location);
    if ('problem' in kept) {
      const { code, detail, extra } = kept.problem;
      throw new AppError(code, detail, { extra });
    }
    response.status(kept.status).json(kept.body);
  };
}
