import { AppError, CALLER_ID_PATTERN, pageQuerySchema, templateSchema, validate } from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import { canonicalLocale } from './canonical-locale.ts';
import { pathOf, templateNotFound } from './template-path.ts';
import { createTemplate, findTemplate, listTemplates } from './template-store.ts';

/** `POST|GET /templates`, `GET /templates/{code}`. */
export function templatesRoute(database: Database): Router {
  const router = Router();

  router.post('/templates', async (request, response) => {
    const template = validate(templateSchema.required(), request.body);
    const created = await createTemplate(database, {
      ...template,
      default_locale: canonicalLocale(template.default_locale),
    });
    if (created === undefined) throw new AppError('conflict', 'There is a template with this code');
    response.status(201).json(created);
  });

  router.get('/templates', async (request, response) => {
    const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, (part) => CALLER_ID_PATTERN.test(part));
    const found = await listTemplates(database, limit + 1, after);
    response.json(
      listAnswer(
        found,
        limit,
        (template) => [template.code],
        (template) => template,
      ),
    );
  });

  router.get('/templates/:code', async (request, response) => {
    const template = await findTemplate(database, pathOf(request).code);
    if (template === undefined) throw templateNotFound();
    response.json(template);
  });

  return router;
}
