import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

export interface PostAnswer {
  status: number;
  /** Names in lower case. */
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A request that ended without an answer. Its message holds nothing of the request. */
export class PostFailure extends Error {
  /** The system's code; `ABORTED` when the signal ended it. */
  readonly code: string;
  /** Whether any of the request may have reached the other side. */
  readonly hasLeft: boolean;

  constructor(code: string, hasLeft: boolean) {
    super(`no answer: ${code}`);
    this.name = 'PostFailure';
    this.code = code;
    this.hasLeft = hasLeft;
  }
}

export interface HttpPosterOptions {
  /** Connections at a time, to each host. */
  maxSockets: number;
  /** A connection that does not stand by then is given up: nothing has left. Default 5,000. */
  connectTimeoutMs?: number;
}

/**
 * Carries the requests of a vendor's SDK. The SDKs have no place for an abort signal and don't tell whether a request had left when its
 * connection broke, which is what decides between "try again" and "nobody knows".
 */
export interface HttpPoster {
  /** Runs `work`; what it posts ends when `signal` aborts. */
  within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /**
   * One request, never repeated, no redirect followed.
   * @returns the answer, whatever its status.
   * @throws PostFailure
   */
  post(url: string, headers: Record<string, string>, body: string | Buffer): Promise<PostAnswer>;
  /** Closes the kept connections. */
  close(): void;
}

/** A poster with its own kept connections. */
export function createHttpPoster({ maxSockets, connectTimeoutMs = 5_000 }: HttpPosterOptions): HttpPoster {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets }),
    'https:': new https.Agent({ keepAlive: true, maxSockets }),
  };
  const signals = new AsyncLocalStorage<AbortSignal>();

  async function post(url: string, headers: Record<string, string>, body: string | Buffer): Promise<PostAnswer> {
    const signal = signals.getStore();
    if (signal?.aborted) throw new PostFailure('ABORTED', false);
    const isTls = new URL(url).protocol === 'https:';
    const request = (isTls ? https : http).request(url, {
      method: 'POST',
      agent: agents[isTls ? 'https:' : 'http:'],
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      signal,
    });
    let hasLeft = false;
    request.once('socket', (socket) => {
      // A kept socket is connected already.
      if (!socket.connecting) {
        hasLeft = true;
        return;
      }
      const givingUp = setTimeout(
        () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })),
        connectTimeoutMs,
      );
      request.once('close', () => clearTimeout(givingUp));
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        clearTimeout(givingUp);
        hasLeft = true;
      });
    });
    try {
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        // Not once: an error may follow the answer's headers, and then it is the answer that fails.
        request.on('error', reject);
        request.end(body);
      });
      return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
    } catch (error) {
      throw new PostFailure(signal?.aborted ? 'ABORTED' : ((error as { code?: string }).code ?? 'ECONNRESET'), hasLeft);
    }
  }

  return {
    within: (signal, work) => signals.run(signal, work),
    post,
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
