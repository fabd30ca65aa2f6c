import {
  AppError,
  pageQuerySchema,
  publishSchema,
  type TemplateSources,
  type TemplateVersionJson,
  validate,
} from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import { sourceErrors } from './source-errors.ts';
import type { AnnounceTemplateChanged } from './template-changed.ts';
import { pathOf, templateNotFound, versionOf } from './template-path.ts';
import { templateExists } from './template-store.ts';
import { findVersion, listVersions, publishDrafts } from './version-store.ts';

const VERSION_PATTERN = /^\d{1,9}$/;

function versionOfCursor(cursor: string): number {
  const [version = ''] = decodeCursor(cursor, (part) => VERSION_PATTERN.test(part));
  return Number(version);
}

/** @throws AppError `template_invalid` */
function verifyDrafts(drafts: Record<string, TemplateSources>, defaultLocale: string): void {
  if (drafts[defaultLocale] === undefined) {
    const message = `there is no draft for the default locale ${defaultLocale}`;
    throw new AppError('template_invalid', message, {
      errors: [{ field: `draft.${defaultLocale}`, code: 'draft_missing', message }],
    });
  }
  // They were valid when they were written; what is allowed may have become less since.
  const errors = Object.entries(drafts).flatMap(([locale, sources]) => sourceErrors(sources, `draft.${locale}.`));
  if (errors.length > 0) {
    throw new AppError('template_invalid', `${errors.length} of the sources can not be a template`, { errors });
  }
}

/** `POST /templates/{code}/publish`, `GET .../versions[/{version}]`, and the internal `GET .../published`. */
export function versionsRoute(database: Database, announceTemplateChanged: AnnounceTemplateChanged): Router {
  const router = Router();

  router.post('/templates/:code/publish', async (request, response) => {
    const { code } = pathOf(request);
    validate(publishSchema, request.body);
    const published = await publishDrafts(database, code, verifyDrafts);
    if (published === undefined) throw templateNotFound();
    announceTemplateChanged(code);
    response.status(201).json(published);
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
