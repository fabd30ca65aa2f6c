import { pageQuerySchema, publishSchema, rollbackSchema, type TemplateVersionJson, validate } from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import { publishTemplate } from './publish-template.ts';
import type { AnnounceTemplateChanged } from './template-changed.ts';
import { pathOf, templateNotFound, versionOf } from './template-path.ts';
import { templateExists } from './template-store.ts';
import { findVersion, listVersions, rollBack } from './version-store.ts';

const VERSION_PATTERN = /^\d{1,9}$/;

function versionOfCursor(cursor: string): number {
  const [version = ''] = decodeCursor(cursor, (part) => VERSION_PATTERN.test(part));
  return Number(version);
}

/** `POST /templates/{code}/publish` and `.../rollback`, `GET .../versions[/{version}]`, and the internal `GET .../published`. */
export function versionsRoute(database: Database, announceTemplateChanged: AnnounceTemplateChanged): Router {
  const router = Router();

  router.post('/templates/:code/publish', async (request, response) => {
    const { code } = pathOf(request);
    validate(publishSchema, request.body);
    const published = await publishTemplate(database, code);
    if (published === undefined) throw templateNotFound();
    announceTemplateChanged(code);
    response.status(201).json(published);
  });

  router.post('/templates/:code/rollback', async (request, response) => {
    const { code } = pathOf(request);
    const { version } = validate(rollbackSchema.required(), request.body);
    const current = await rollBack(database, code, version);
    if (current === undefined) throw templateNotFound('There is no such template, or no such version of it');
    announceTemplateChanged(code);
    response.json(current);
  });

  router.get('/templates/:code/versions', async (request, response) => {
    const { code } = pathOf(request);
    const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
    const before = cursor === undefined ? undefined : versionOfCursor(cursor);
    if (!(await templateExists(database, code))) throw templateNotFound();
    const found = await listVersions(database, code, limit + 1, before);
    response.json(
      listAnswer(
        found,
        limit,
        (summary) => [String(summary.version)],
        (summary) => summary,
      ),
    );
  });

  router.get('/templates/:code/versions/:version', async (request, response) => {
    const { code, version } = pathOf(request);
    const found = await findVersion(database, code, version);
    if (found === undefined) throw templateNotFound('There is no such template, or no such version of it');
    response.json(found);
  });

  // For the gateway and the workers, not part of the public API.
  router.get('/templates/:code/published', async (request, response) => {
    const { code } = pathOf(request);
    const found = await findVersion(database, code, versionOf(request));
    if (found === undefined) throw templateNotFound('There is no such template, or no such version, or none published');
    const { published_at: _, ...version } = found;
    response.json(version satisfies TemplateVersionJson);
  });

  return router;
}
