import { AppError, suppressionSchema, suppressionsQuerySchema, validate } from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import Joi from 'joi';
import type { SuppressedCopy } from './suppressed-copy.ts';
import { addSuppressions, listSuppressions } from './suppression-store.ts';

const idPathSchema = Joi.object<{ id: string }>({ id: Joi.string().guid().required() }).unknown();
const isUuid = (part: string) => Joi.string().guid().validate(part).error === undefined;

/** `GET|POST /suppressions`, `DELETE /suppressions/{id}`. */
export function suppressionsRoute(database: Database, copy: SuppressedCopy): Router {
  const router = Router();

  router.get('/suppressions', async (request, response) => {
    const { channel, address, limit, cursor } = validate(suppressionsQuerySchema, request.query, 'the query');
    const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, isUuid);
    const found = await listSuppressions(database, limit + 1, { channel, address, beforeId });
    response.json(
      listAnswer(
        found,
        limit,
        ({ id }) => [id],
        (suppression) => suppression,
      ),
    );
  });

  router.post('/suppressions', async (request, response) => {
    const asked = validate(suppressionSchema.required(), request.body);
    const [added] = await addSuppressions(database, [asked]);
    await copy.add([asked]);
    response.status(added?.isNew ? 201 : 200).json(added?.suppression);
  });

  router.delete('/suppressions/:id', async (request, response) => {
    const { id } = validate(idPathSchema, request.params, 'the path');
    if (!(await copy.delete(id))) throw new AppError('not_found', 'There is no suppression with this id');
    response.status(204).end();
  });

  return router;
}
