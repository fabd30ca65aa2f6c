import type { AttemptJson, ErrorCode, FieldError, Skip } from '@notify/contracts';

/**
 * The API's stable codes; later versions may add some. And the client's own: `no_answer` (no connection, or none in time),
 * `unexpected_answer` (something between here and the gateway answered), `not_settled` (see `waitUntilSettled`).
 */
export type NotifyErrorCode = ErrorCode | 'no_answer' | 'unexpected_answer' | 'not_settled';

/** A call that did not succeed, after the retries that were safe. */
export class NotifyError extends Error {
  override readonly name = 'NotifyError';
  /** The HTTP status, or 0 where there was no answer. */
  readonly status: number;
  readonly code: NotifyErrorCode;
  readonly detail: string;
  /** Everything that is wrong with a request that was not valid. */
  readonly errors: readonly FieldError[];
  /** Finds the request in the logs of every service. */
  readonly correlationId: string | undefined;
  /** How long the gateway asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** Of `undeliverable` and `delivery_failed`: the notification, which is on the record all the same. */
  readonly notificationId: string | undefined;
  /** Of `undeliverable` and `delivery_failed`: what was tried. */
  readonly attempts: readonly AttemptJson[] | undefined;
  /** Of `no_deliverable_channel`: why each channel can't be used. */
  readonly channels: readonly Skip[] | undefined;

  constructor(
    code: NotifyErrorCode,
    detail: string,
    more: { status?: number; problem?: Record<string, unknown>; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: more.cause });
    this.code = code;
    this.detail = detail;
    this.status = more.status ?? 0;
    this.retryAfterMs = more.retryAfterMs;
    const problem = (more.problem ?? {}) as ProblemMembers;
    this.errors = problem.errors ?? [];
    this.correlationId = problem.correlation_id;
    this.notificationId = problem.notification_id;
    this.attempts = problem.attempts;
    this.channels = problem.channels;
  }
}

interface ProblemMembers {
  errors?: FieldError[];
  correlation_id?: string;
  notification_id?: string;
  attempts?: AttemptJson[];
  channels?: Skip[];
}

/** The error that an answer tells, as `application/problem+json` or in no way that we know. */
export async function errorOfResponse(response: Response): Promise<NotifyError> {
  const { status } = response;
  const retryAfterMs = retryAfterMsOf(response.headers.get('retry-after'), Date.now());
  const text = await response.text();
  const problem = response.headers.get('content-type')?.startsWith('application/problem+json') && parse(text);
  if (problem && typeof problem['code'] === 'string') {
    const detail = String(problem['detail'] ?? problem['title'] ?? '');
    return new NotifyError(problem['code'] as NotifyErrorCode, detail, { status, problem, retryAfterMs });
  }
  return new NotifyError('unexpected_answer', `${status} that is not the API's: ${text.slice(0, 200)}`, {
    status,
    retryAfterMs,
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMsOf(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
