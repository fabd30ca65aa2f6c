import { AppError } from '@notify/contracts';
import type { RequestHandler } from 'express';

/** What the contract names and this version does not do yet is refused: a key that is ignored would send twice. */
export const refuseUnbuiltHeaders: RequestHandler = (request, _response, next) => {
  if (request.get('idempotency-key') !== undefined) {
    throw new AppError('validation_failed', '1 problem in the headers', {
      errors: [
        {
          field: 'Idempotency-Key',
          code: 'not_supported',
          message: 'Idempotency-Key is not supported by this version; leave it out',
        },
      ],
    });
  }
  next();
};
