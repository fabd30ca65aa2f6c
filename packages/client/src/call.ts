/** What every call takes. */
export interface CallOptions {
  /** Ends the call with all its tries; it then rejects with the signal's reason. `AbortSignal.timeout(ms)` makes a deadline. */
  signal?: AbortSignal;
}
export interface IdempotentCallOptions extends CallOptions {
  /**
   * Under one key a request is carried out once within 24 hours, also when your own process asks again after a crash: derive it from
   * what the request is about. Default: `idempotency_key` of the request, or else a random one, which makes the client's own retries safe.
   */
  idempotencyKey?: string;
}

/** One call of the API, however many tries it takes. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: object;
  body?: object;
  idempotencyKey?: string;
  /** Whether doing it twice is as good as once. Default: no for POST, yes for every other method. */
  isRepeatable?: boolean;
  /** Default: the client's. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Carries a call out and gives its JSON answer. @throws NotifyError, or the reason of the call's signal. */
export type Transport = <T>(call: Call) => Promise<T>;

/**
 * A path in which every value is one segment.
 * @throws TypeError for a value that would lead to another path: nothing, `.` and `..`.
 */
export function path(texts: TemplateStringsArray, ...values: (string | number)[]): string {
  const segments = values.map((value) => {
    const text = String(value);
    if (text === '' || text === '.' || text === '..') throw new TypeError(`"${text}" can not be part of a path`);
    return encodeURIComponent(text);
  });
  return String.raw({ raw: texts }, ...segments);
}
