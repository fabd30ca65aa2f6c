import { AppError, type Scope } from '@notify/contracts';
import type { ServiceClient } from '@notify/service-kit';
import { type Request, type RequestHandler, Router } from 'express';

/** An operation that another service does. Its path below /api/v1 is the same there. */
export interface Forwarded {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As express writes it: `/users/:user_id`. */
  path: string;
  scope: Scope;
  service: ServiceClient;
  /** The user whom the path names may call it too, with a token of theirs. */
  isForUser?: true;
  /** Called with the path's parameters when the other service has done it. */
  done?(params: Record<string, string>): void;
}

/** The query of a request with its question mark, or nothing. */
export function queryOf(request: Request): string {
  const start = request.originalUrl.indexOf('?');
  return start === -1 ? '' : request.originalUrl.slice(start);
}

function pathOf(pattern: string, params: Record<string, string>): string {
  // Encoding leaves dots alone, and `..` would lead to another operation of the service behind.
  if (Object.values(params).some((value) => /^\.{1,2}$/.test(value)))
    throw new AppError('not_found', 'There is no such path');
  return pattern.replaceAll(/:(\w+)/g, (_match, name: string) => encodeURIComponent(params[name] ?? ''));
}

interface Entrances extends Record<'guard' | 'userGuard', (scope: Scope) => RequestHandler> {
  /** Lets pages of other origins call what users may; it answers a browser's preflight, which brings no token. */
  crossOrigin: RequestHandler;
}

/** Passes operations through to the services that own them: authenticated here, validated there. */
export function forwardRoute(operations: Forwarded[], { guard, userGuard, crossOrigin }: Entrances): Router {
  // Clients resolve `..` before they ask: /users/ada/devices/.. becomes /users/ada/, and a DELETE of that must not erase the person.
  const router = Router({ strict: true });
  const forUsers = operations.filter(({ isForUser }) => isForUser).map(({ path }) => `/api/v1${path}`);
  // Ahead of the guard: a page reads a 401 or 429 only if these headers are on it too.
  router.all([...new Set(forUsers)], crossOrigin);
  for (const { method, path, scope, service, isForUser, done } of operations) {
    const enter = isForUser ? userGuard : guard;
    router[method](`/api/v1${path}`, enter(scope), async (request, response) => {
      const params = request.params as Record<string, string>;
      const answer = await service.exchange<unknown>(
        method.toUpperCase(),
        `${pathOf(path, params)}${queryOf(request)}`,
        // As it came: no body at all is for the other service to judge.
        method === 'get' || method === 'delete' ? undefined : request.body,
      );
      done?.(params);
      response.status(answer.status);
      if (answer.body === undefined) response.end();
      else response.json(answer.body);
    });
  }
  return router;
}
