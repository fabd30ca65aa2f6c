import {
  AppError,
  CALLER_ID_PATTERN,
  canonicalLocale,
  exampleVariables,
  findVariableProblems,
  pageQuerySchema,
  templatePatchSchema,
  templateSchema,
  type VariableDeclarations,
  validate,
  variablesSchemaOf,
} from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import type { AnnounceTemplateChanged } from './template-changed.ts';
import { pathOf, templateNotFound } from './template-path.ts';
import { createTemplate, deleteTemplate, findTemplate, listTemplates, patchTemplate } from './template-store.ts';

/** @throws AppError `validation_failed` for examples that are not what they are examples of. */
function refuseWrongExamples(variables: VariableDeclarations | null | undefined): void {
  if (!variables) return;
  const examples = exampleVariables(variables, { optional: true });
  const errors = findVariableProblems(variablesSchemaOf(variables), examples).map((problem) => ({
    ...problem,
    field: `${problem.field}.example`,
  }));
  if (errors.length === 0) return;
  throw new AppError('validation_failed', `${errors.length} of the examples are not as declared`, { errors });
}

/** `POST|GET /templates`, `GET|PATCH|DELETE /templates/{code}`. */
export function templatesRoute(database: Database, announceTemplateChanged: AnnounceTemplateChanged): Router {
  const router = Router();

  router.post('/templates', async (request, response) => {
    const template = validate(templateSchema.required(), request.body);
    refuseWrongExamples(template.variables);
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

  router.patch('/templates/:code', async (request, response) => {
    const { code } = pathOf(request);
    const patch = validate(templatePatchSchema.required(), request.body);
    refuseWrongExamples(patch.variables);
    const changed = await patchTemplate(database, code, {
      ...patch,
      default_locale: patch.default_locale && canonicalLocale(patch.default_locale),
    });
    if (changed === undefined) throw templateNotFound();
    response.json(changed);
  });

  router.delete('/templates/:code', async (request, response) => {
    const { code } = pathOf(request);
    if (!(await deleteTemplate(database, code))) throw templateNotFound();
    announceTemplateChanged(code);
    response.status(204).end();
  });

  return router;
}
