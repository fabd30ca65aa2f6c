import { expect, test } from '@jest/globals';
import { AppError } from '@notify/contracts';
import express from 'express';
import request from 'supertest';
import { createCrossOrigin, crossOrigins } from './cross-origin.ts';
import { forwardRoute } from './forward-route.ts';

const SHOP = 'https://shop.example.com';
const service = { exchange: async () => ({ status: 200, body: { unread_count: 1 } }) } as never;

/** Two operations, one of them for users, behind a guard that lets nobody in who shows nothing. */
function gatewayFor(origins: string[]) {
  const guard = () => (asked: express.Request, response: express.Response, next: express.NextFunction) => {
    response.set('RateLimit', '"key";r=9;t=1');
    if (asked.get('authorization') === undefined) throw new AppError('unauthorized', 'Show something');
    next();
  };
  const routes = forwardRoute(
    [
      { method: 'get', path: '/users/:user_id/inbox', scope: 'users:read', service, isForUser: true },
      { method: 'get', path: '/users/:user_id', scope: 'users:read', service },
    ],
    { guard, userGuard: guard, crossOrigin: createCrossOrigin(origins) },
  );
  const answerErrors: express.ErrorRequestHandler = (error, _request, response, _next) => {
    response.status((error as AppError).status).end();
  };
  return express().use(routes).use(answerErrors);
}
const preflight = (app: express.Express, path: string, origin = SHOP) =>
  request(app)
    .options(path)
    .set({ origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' });

test('a page of a listed origin may ask, and read the answer with its rate limit, a 401 too', async () => {
  const app = gatewayFor([SHOP, 'https://www.example.com']);
  const allowed = await preflight(app, '/api/v1/users/ada/inbox');
  expect(allowed.status).toBe(204);
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': SHOP,
    'access-control-allow-headers': expect.stringContaining('Authorization'),
    vary: expect.stringContaining('Origin'),
  });
  expect(allowed.headers).not.toHaveProperty('access-control-allow-credentials');
  for (const [headers, status] of [
    [{ authorization: 'Bearer token' }, 200],
    [{}, 401],
  ] as const) {
    const answer = await request(app)
      .get('/api/v1/users/ada/inbox')
      .set({ ...headers, origin: SHOP });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-expose-headers': expect.stringContaining('RateLimit'),
    });
  }
});

test.each([
  ['a page of another origin', [SHOP], '/api/v1/users/ada/inbox', 'https://evil.example.com'],
  ['any page, while no origin is listed', [], '/api/v1/users/ada/inbox', SHOP],
  ['any page, where only API keys are good', ['*'], '/api/v1/users/ada', SHOP],
])('%s is not let in', async (_who, origins, path, origin) => {
  const app = gatewayFor(origins);
  const asked = await preflight(app, path, origin);
  const answer = await request(app).get(path).set({ origin, authorization: 'Bearer token' });
  for (const { headers } of [asked, answer]) expect(headers).not.toHaveProperty('access-control-allow-origin');
});

test('* lets pages of every origin in', async () => {
  const answer = await preflight(gatewayFor(['*']), '/api/v1/users/ada/inbox', 'https://any.example.com');
  expect(answer.headers['access-control-allow-origin']).toBe('*');
});

test('a list of origins is read as browsers send them, and what no browser sends is refused', () => {
  expect(crossOrigins.validate(`${SHOP}, http://localhost:3000`).value).toEqual([SHOP, 'http://localhost:3000']);
  expect(crossOrigins.validate(undefined).value).toEqual([]);
  for (const wrong of [
    `${SHOP}/`,
    `${SHOP}/inbox`,
    'shop.example.com',
    'HTTPS://SHOP.example.com',
    'null',
    'file://x',
  ]) {
    expect(crossOrigins.validate(wrong).error?.message).toContain('must be * or origins');
  }
});
