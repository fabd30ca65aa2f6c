import type { Scope } from '@notify/contracts';
import type { Request, RequestHandler, Response } from 'express';
import type { Authenticate } from './authenticate.ts';
import type { RateLimits } from './rate-limits.ts';

export interface GuardSteps {
  authenticate: Authenticate;
  limits: RateLimits;
  /** Notes what changes something, once it is answered; refusals of who is known too. */
  audit(request: Request, response: Response): void;
}

/** What stands before every route of the API: who is it, may they, have they not asked too often; and the audit log. */
export function createGuard({ authenticate, limits, audit }: GuardSteps): (scope: Scope) => RequestHandler {
  return (scope) => async (request, response, next) => {
    audit(request, response);
    const caller = await authenticate(scope, request, response);
    const charges = [
      { policy: 'key', id: caller },
      { policy: 'global', id: 'all' },
    ];
    await limits.charge(charges, response);
    next();
  };
}
