import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** In milliseconds. */
  at: number;
}
export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
export const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}) =>
  json(
    status,
    { status, code, detail: 'because', correlation_id: 'c-1', ...more },
    {
      'content-type': 'application/problem+json',
      ...headers,
    },
  );
/** Cuts the connection after it has read the request. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};
/** Never answers. */
export const silence: Answer = () => {};

/** A server that gives these answers, one a request; the last one from then on. */
export async function startScriptedServer(...answers: Answer[]) {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { method = '', url = '', headers } = request;
    const entry = { method, url, headers, body, at: Date.now() };
    seen.push(entry);
    const answer = answers[Math.min(seen.length, answers.length) - 1] as Answer;
    answer(response, entry);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
