import { fields, type ListJson, validate } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import Joi from 'joi';
import { type DeadLetterJson, listDeadLetters } from './dead-letter-store.ts';

const querySchema = Joi.object<{ limit: number; with_body: boolean }>({
  limit: fields.listLimit(),
  with_body: Joi.boolean().truthy('1').falsy('0').default(false),
});

/** `GET /dead_letters`: the newest messages that could not be handled, without what may name a person unless asked. */
export function deadLettersRoute(database: Database): Router {
  const router = Router();
  router.get('/dead_letters', async (request, response) => {
    const { limit, with_body: withBody } = validate(querySchema, request.query, 'the query');
    const data = await listDeadLetters(database, { limit, withBody });
    const answer: ListJson<DeadLetterJson> = { data, meta: { limit, next_cursor: null } };
    response.json(answer);
  });
  return router;
}
