import type { Scope } from '@notify/contracts';
import type { Request, RequestHandler, Response } from 'express';
import { type Authenticate, callerOf } from './authenticate.ts';
import type { RateLimits } from './rate-limits.ts';

export interface GuardSteps {
  authenticate: Authenticate;
  limits: RateLimits;
  /** Notes what changes something, once it is answered. */
  audit(request: Request, response: Response): void;
}

/** What stands before every route of the API: who is it, may they, have they not asked too often; and the audit log. */
export function createGuard({ authenticate, limits, audit }: GuardSteps): (scope: Scope) => RequestHandler {
  return (scope) => async (request, response, next) => {
    await authenticate(scope, request, response);
    audit(request, response);
    const charges = [
      { policy: 'key', id: callerOf(response) },
      { policy: 'global', id: 'all' },
    ];
    await limits.charge(charges, response);
    next();
  };
}
