import { PostFailure } from '@notify/service-kit';
import type { Dispatcher } from 'undici';

export interface DispatchedPost {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface DispatchedAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

interface ErrorWithCode {
  code?: string;
  cause?: ErrorWithCode;
}

/** undici's own codes, in the words that the system has for the same. */
const SYSTEM_CODES: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_BODY_TIMEOUT: 'ETIMEDOUT',
  // A proxy's no to the tunnel: what we abort ourselves is told by the signal.
  UND_ERR_ABORTED: 'EPROXY',
};

/**
 * One POST, never repeated, no redirect followed.
 * @param signal ends it at once, on a connection or still waiting for one.
 * @returns the answer, whatever its status.
 * @throws PostFailure
 */
export function dispatchPost(
  dispatcher: Dispatcher,
  { url, headers, body }: DispatchedPost,
  signal: AbortSignal,
): Promise<DispatchedAnswer> {
  if (signal.aborted) return Promise.reject(new PostFailure('ABORTED', false));
  return new Promise((resolve, reject) => {
    let running: Dispatcher.DispatchController | undefined;
    let status = 0;
    let answerHeaders: DispatchedAnswer['headers'] = {};
    const chunks: Buffer[] = [];

    function fail(code: string): void {
      signal.removeEventListener('abort', abort);
      reject(new PostFailure(code, running !== undefined));
    }
    function abort(): void {
      fail('ABORTED');
      running?.abort(new Error('ABORTED'));
    }
    signal.addEventListener('abort', abort, { once: true });

    dispatcher.dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method: 'POST', headers, body },
      {
        // A connection stands, and the request is about to be written to it.
        onRequestStart(controller) {
          if (signal.aborted) controller.abort(new Error('ABORTED'));
          else running = controller;
        },
        onResponseStart(_controller, statusCode, responseHeaders) {
          status = statusCode;
          answerHeaders = responseHeaders;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          signal.removeEventListener('abort', abort);
          resolve({ status, headers: answerHeaders, body: Buffer.concat(chunks).toString() });
        },
        onResponseError(_controller, error) {
          fail(systemCodeOf(error as ErrorWithCode));
        },
      },
    );
  });
}

/** The innermost code is the system's, where there is one. */
function systemCodeOf(error: ErrorWithCode): string {
  let code = 'ECONNRESET';
  for (let each: ErrorWithCode | undefined = error; each !== undefined; each = each.cause) {
    code = each.code ?? code;
  }
  return SYSTEM_CODES[code] ?? code;
}
