import { AppError, ERROR_CODES, type ErrorCode, type FieldError } from '@notify/contracts';
import { currentContext } from './context.ts';
import { dependencyError } from './dependency-error.ts';
import { errorFields, type Logger } from './logger.ts';

/** Another service, over HTTP. */
export interface ServiceClient {
  /**
   * @param path with its query; the caller encodes ids.
   * @returns the parsed body (undefined for 204).
   * @throws AppError as the other service meant it; `dependency_unavailable` when it can't be reached, is late or answers 5xx.
   */
  request<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The same, with the status of the answer, for those who pass it on. */
  exchange<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
}

export interface ServiceClientOptions {
  /** The other service's name: the token's audience. */
  service: string;
  baseUrl: string;
  token: (audience: string) => Promise<string>;
  logger: Logger;
  /** Default 2,000. */
  timeoutMs?: number;
}

interface ProblemJson {
  code?: string;
  detail?: string;
  errors?: FieldError[];
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

/** A client that speaks for this service, passes the correlation id on, and gives errors back as what they were. */
export function createServiceClient({
  service,
  baseUrl,
  token,
  logger,
  timeoutMs = 2_000,
}: ServiceClientOptions): ServiceClient {
  let lastReason: string | undefined;

  /** Callers answer 503 or defer, each for itself; why is logged here, once for as long as the reason stays the same. */
  function unavailable(reason: unknown): AppError {
    const cause = dependencyError(service, baseUrl, reason);
    if (cause.message !== lastReason)
      logger.warn('service unavailable', { dependency: service, ...errorFields(cause) });
    lastReason = cause.message;
    return new AppError('dependency_unavailable', `${service} is unavailable`, { cause });
  }

  async function exchange<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
    const { correlationId, traceparent } = currentContext();
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await token(service)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(correlationId === undefined ? {} : { 'x-correlation-id': correlationId }),
          ...(traceparent === undefined ? {} : { traceparent }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw unavailable(error);
    }
    if (response.ok) {
      lastReason = undefined;
      return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
    }
    let problem: ProblemJson = {};
    try {
      problem = JSON.parse(text) as ProblemJson;
    } catch {
      // Not one of ours: a proxy's page, say.
    }
    // A 401 here means that our services disagree on their secret: our fault, not the client's.
    if (response.status >= 500 || response.status === 401 || !isErrorCode(problem.code)) {
      throw unavailable(new Error(`it answered ${response.status} to ${method}`));
    }
    lastReason = undefined;
    throw new AppError(problem.code, problem.detail ?? '', { errors: problem.errors });
  }

  return {
    exchange,
    request: async <T>(method: string, path: string, body?: unknown) => (await exchange<T>(method, path, body)).body,
  };
}
