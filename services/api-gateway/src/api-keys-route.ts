import {
  type ApiKeyRequestJson,
  AppError,
  apiKeyRequestSchema,
  type NewApiKeyJson,
  pageQuerySchema,
  validate,
} from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { type Request, type RequestHandler, Router } from 'express';
import { newApiKey } from './api-key.ts';
import { addApiKey, findKeyKind, listApiKeys, revokeApiKey, rotateApiKey } from './api-key-store.ts';

const ID_PATTERN = /^[A-Za-z0-9]{6,32}$/;

function notFound(): AppError {
  return new AppError('not_found', 'There is no API key with this id');
}

/** `/api/v1/api_keys`: made, listed, rotated and revoked. A key is shown once, by the answer that makes it. */
export function apiKeysRoute(authenticate: RequestHandler, database: Database): Router {
  const router = Router();
  const path = '/api/v1/api_keys';

  /** @throws AppError `not_found`, or `conflict` for the key of the settings. */
  async function changeable(request: Request): Promise<{ id: string; environment: 'live' | 'test' }> {
    const id = String(request.params['id']);
    const kind = ID_PATTERN.test(id) ? await findKeyKind(database, id) : undefined;
    if (kind === undefined) throw notFound();
    if (kind.isBootstrap) {
      throw new AppError('conflict', 'This is the key of the setting API_KEY: change it there and restart the gateway');
    }
    return { id, environment: kind.environment };
  }

  router.post(path, authenticate, async (request, response) => {
    const body = validate<ApiKeyRequestJson>(apiKeyRequestSchema.required(), request.body);
    const key = newApiKey(body.environment);
    const stored = await addApiKey(database, key, body);
    const answer: NewApiKeyJson = { ...stored, key };
    response.status(201).json(answer);
  });

  router.get(path, authenticate, async (request, response) => {
    const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, (part) => ID_PATTERN.test(part));
    const found = await listApiKeys(database, limit + 1, after);
    response.json(
      listAnswer(
        found,
        limit,
        ({ id }) => [id],
        (key) => key,
      ),
    );
  });

  router.post(`${path}/:id/rotate`, authenticate, async (request, response) => {
    const { id, environment } = await changeable(request);
    const key = newApiKey(environment, id);
    const stored = await rotateApiKey(database, key);
    if (stored === undefined) throw notFound();
    const answer: NewApiKeyJson = { ...stored, key };
    response.json(answer);
  });

  router.delete(`${path}/:id`, authenticate, async (request, response) => {
    const { id } = await changeable(request);
    if (!(await revokeApiKey(database, id))) throw notFound();
    response.status(204).end();
  });

  return router;
}
