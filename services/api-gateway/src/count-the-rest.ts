import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { chargeOfAddress, isCounted, type RateLimits } from './rate-limits.ts';

const API_PATH = /^\/(api\/|ws$)/i;

/**
 * Counts the requests to the API that were refused before the guard could count them, by the address that they came from: without a valid
 * key, with a body that can't be read, to a path that is none. So every answer of the API tells where its caller stands. Keys it does not
 * protect, their length does. Mounted after every route.
 */
export function countTheRest(limits: RateLimits): [RequestHandler, ErrorRequestHandler] {
  async function count(request: Request, response: Response): Promise<void> {
    if (isCounted(response) || !API_PATH.test(request.path)) return;
    await limits.charge([chargeOfAddress(request)], response);
  }
  return [
    async (request, response, next) => {
      await count(request, response);
      next();
    },
    async (refusal, request, response, next) => {
      await count(request, response);
      next(refusal);
    },
  ];
}
