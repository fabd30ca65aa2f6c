/** Every `code` that an error answer can carry, with its HTTP status and title. The codes are part of the public contract. */
export const ERROR_CODES = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  unauthorized: { status: 401, title: 'No valid credentials' },
  forbidden: { status: 403, title: 'These credentials do not allow it' },
  not_found: { status: 404, title: 'There is nothing here' },
  user_not_found: { status: 404, title: 'No such user' },
  template_not_found: { status: 404, title: 'No such template' },
  notification_not_found: { status: 404, title: 'No such notification' },
  request_in_flight: { status: 409, title: 'The same request is being worked on' },
  conflict: { status: 409, title: 'It conflicts with what is there' },
  already_sent: { status: 409, title: 'A provider has it, or may have it' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  upgrade_required: { status: 426, title: 'This is a WebSocket' },
  no_deliverable_channel: { status: 422, title: 'No channel can reach this recipient' },
  template_invalid: { status: 422, title: 'The template is not valid' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key was used for another request' },
  undeliverable: { status: 422, title: 'No channel can ever deliver this' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  delivery_failed: { status: 500, title: 'Every channel failed' },
  dependency_unavailable: { status: 503, title: 'A part of the system is unavailable; try again' },
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

/** One thing wrong with a request. */
export interface FieldError {
  /** Dotted path in the body, query or headers. */
  field: string;
  code: string;
  message: string;
}

/**
 * An error with an answer. Thrown anywhere below an HTTP route, it becomes `application/problem+json`.
 * Anything else that is thrown is our bug and becomes 500 `internal_error`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  /** Sent as Retry-After, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** Further members of the problem document (`attempts`, `channels`). */
  readonly extra: Record<string, unknown> | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    options: {
      errors?: FieldError[];
      retryAfterSeconds?: number;
      extra?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = ERROR_CODES[code].status;
    this.detail = detail;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds ?? (code === 'dependency_unavailable' ? 2 : undefined);
    this.extra = options.extra;
  }
}
