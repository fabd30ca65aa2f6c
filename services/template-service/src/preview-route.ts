import {
  AppError,
  previewSchema,
  type TemplatePreviewJson,
  templateVersionFromJson,
  validate,
} from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import { compileLocales, draftPrefix } from './prepare-drafts.ts';
import { previewContent } from './preview-content.ts';
import { pathOf, templateNotFound } from './template-path.ts';
import { findContent, findVersion, type TemplateContent } from './version-store.ts';

/** `POST /templates/{code}/preview`: without a version the drafts, as they would be published. */
export function previewRoute(database: Database): Router {
  const router = Router();

  router.post('/templates/:code/preview', async (request, response) => {
    const { code } = pathOf(request);
    const { locale, version, variables } = validate(previewSchema.required(), request.body);
    const content = version === undefined ? await draftsOf(database, code) : await findVersion(database, code, version);
    if (content === undefined) throw templateNotFound('There is no such template, or no such version of it');
    const compiled = templateVersionFromJson({ code, version: version ?? 0, ...content });
    const preview = previewContent(compiled, locale, variables);
    response.json({ code, version: version ?? null, ...preview } satisfies TemplatePreviewJson);
  });

  return router;
}

async function draftsOf(database: Database, code: string): Promise<TemplateContent | undefined> {
  const drafts = await findContent(database, code);
  if (drafts === undefined) return undefined;
  if (Object.keys(drafts.locales).length === 0) throw new AppError('not_found', 'This template has no drafts');
  return { ...drafts, locales: await compileLocales(drafts.locales, draftPrefix) };
}
