import { AppError, draftSchema, validate } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import { findDraft, putDraft } from './draft-store.ts';
import { sourceErrors } from './source-errors.ts';
import { pathOf, templateNotFound } from './template-path.ts';
import { templateExists } from './template-store.ts';

/** `PUT|GET /templates/{code}/draft/{locale}`. Both answer the sources as they are, so that they can be edited and put back. */
export function draftsRoute(database: Database): Router {
  const router = Router();

  router.put('/templates/:code/draft/:locale', async (request, response) => {
    const { code, locale } = pathOf(request);
    const sources = validate(draftSchema.required(), request.body);
    const errors = sourceErrors(sources);
    if (errors.length > 0) {
      throw new AppError('template_invalid', `${errors.length} of the sources can not be a template`, { errors });
    }
    if (!(await putDraft(database, code, locale, sources))) throw templateNotFound();
    response.json(sources);
  });

  router.get('/templates/:code/draft/:locale', async (request, response) => {
    const { code, locale } = pathOf(request);
    const sources = await findDraft(database, code, locale);
    if (sources === undefined) {
      if (!(await templateExists(database, code))) throw templateNotFound();
      throw new AppError('not_found', 'This template has no draft in this locale');
    }
    response.json(sources);
  });

  return router;
}
