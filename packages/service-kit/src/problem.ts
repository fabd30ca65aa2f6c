import { AppError, ERROR_CODES, type ErrorCode } from '@notify/contracts';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { currentContext } from './context.ts';
import { errorFields, type Logger } from './logger.ts';
import { isDatabaseUnavailable } from './postgres.ts';

/** An error as RFC 9457 writes it. An `internal_error` shows only its code and the correlation id. */
export function problemDocument(error: AppError, instance?: string): Record<string, unknown> & { code: ErrorCode } {
  return {
    type: `urn:notification-system:problem:${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.status,
    ...(error.code === 'internal_error' ? {} : { detail: error.detail }),
    ...(instance === undefined ? {} : { instance }),
    code: error.code,
    correlation_id: currentContext().correlationId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...error.extra,
  };
}

/** Answers with `application/problem+json`. */
export function sendProblem(response: Response, error: AppError, instance: string): void {
  // RFC 9110, 15.5.2: a 401 says how to authenticate.
  if (error.status === 401) response.set('WWW-Authenticate', 'Bearer');
  if (error.retryAfterSeconds !== undefined) response.set('Retry-After', String(error.retryAfterSeconds));
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemDocument(error, instance)));
}

/** What express and its body parser throw, in our codes. */
const BODY_PARSER_ERRORS: Record<string, [ErrorCode, string]> = {
  'entity.parse.failed': ['malformed_json', 'The body could not be parsed as JSON'],
  'entity.too.large': ['payload_too_large', 'The body exceeds the limit'],
  'encoding.unsupported': ['unsupported_media_type', 'The content encoding is not supported'],
  'charset.unsupported': ['unsupported_media_type', 'The charset is not supported'],
  'request.aborted': ['malformed_json', 'The request was cut off'],
  'request.size.invalid': ['malformed_json', 'The body is not as long as Content-Length says'],
};

/** Whatever was thrown, in our codes. What we did not foresee is `internal_error`, and logged as ERROR: it is our bug. */
export function toAppError(thrown: unknown, logger: Logger): AppError {
  const error = inOurCodes(thrown);
  if (error.code === 'internal_error') logger.error('request failed', errorFields(error.cause ?? error));
  return error;
}

function inOurCodes(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error)) {
    return new AppError('dependency_unavailable', 'The database is unavailable', { cause: error });
  }
  const { type, message } = (error ?? {}) as { type?: string; message?: string };
  const known = type === undefined ? undefined : BODY_PARSER_ERRORS[type];
  if (known !== undefined) {
    const reason = known[0] === 'malformed_json' && message ? `${known[1]}: ${message}` : known[1];
    return new AppError(known[0], reason);
  }
  if (error instanceof URIError) return new AppError('not_found', 'The path is not valid');
  return new AppError('internal_error', 'unexpected', { cause: error });
}

/** The one error handler. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (thrown, request, response, _next) => {
    const error = toAppError(thrown, logger);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(response, error, request.originalUrl.split('?')[0] ?? request.path);
  };
}

export const notFoundHandler: RequestHandler = (request) => {
  throw new AppError('not_found', `There is no ${request.method} ${request.path}`);
};
