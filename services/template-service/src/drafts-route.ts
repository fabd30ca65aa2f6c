import { AppError, draftSchema, validate } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import { deleteDraft, findDraft, putDraft } from './draft-store.ts';
import { compileLocales } from './prepare-drafts.ts';
import { pathOf, templateNotFound } from './template-path.ts';
import { templateExists } from './template-store.ts';

/** `PUT|GET|DELETE /templates/{code}/draft/{locale}`. The first two answer the sources as they are, so that they can be edited and put back. */
export function draftsRoute(database: Database): Router {
  const router = Router();

  router.put('/templates/:code/draft/:locale', async (request, response) => {
    const { code, locale } = pathOf(request);
    const sources = validate(draftSchema.required(), request.body);
    // Only to see whether it can be done: it is compiled when it is published.
    await compileLocales({ [locale]: sources }, () => '');
    if (!(await putDraft(database, code, locale, sources))) throw templateNotFound();
    response.json(sources);
  });

  router.get('/templates/:code/draft/:locale', async (request, response) => {
    const { code, locale } = pathOf(request);
    const sources = await findDraft(database, code, locale);
    if (sources === undefined) throw await draftNotFound(code);
    response.json(sources);
  });

  router.delete('/templates/:code/draft/:locale', async (request, response) => {
    const { code, locale } = pathOf(request);
    if (!(await deleteDraft(database, code, locale))) throw await draftNotFound(code);
    response.status(204).end();
  });

  async function draftNotFound(code: string): Promise<AppError> {
    if (!(await templateExists(database, code))) return templateNotFound();
    return new AppError('not_found', 'This template has no draft in this locale');
  }

  return router;
}
