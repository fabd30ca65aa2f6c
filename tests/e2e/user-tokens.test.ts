import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { api, createUser, freshEmail, gatewayUrl, unique } from './system.ts';

const as = (token: string) => ({ authorization: `Bearer ${token}` });
const tokensOf = (userId: string) => `/api/v1/users/${userId}/tokens`;

test('a token reads the inbox of its own user, and nothing else', async () => {
  const [ada, bob] = [await createUser({ email: freshEmail() }), await createUser({ email: freshEmail() })];
  const { status, body } = await api('POST', tokensOf(ada));
  expect(status).toBe(201);
  expect(Date.parse(body.expires_at)).toBeGreaterThan(Date.now());
  const statusOf = async (path: string, method = 'GET') => (await api(method, path, undefined, as(body.token))).status;
  expect(await statusOf(`/api/v1/users/${ada}/inbox`)).toBe(200);
  expect(await statusOf(`/api/v1/users/${ada}/inbox/unread_count`)).toBe(200);
  expect(await statusOf(`/api/v1/users/${bob}/inbox`)).toBe(403);
  expect(await statusOf(`/api/v1/users/${ada}`)).toBe(401);
  expect(await statusOf('/api/v1/notifications')).toBe(401);
  expect(await statusOf(tokensOf(ada), 'POST')).toBe(401);
});

test('a token that was tampered with is 401, and a user whom nobody knows gets none', async () => {
  const ada = await createUser({ email: freshEmail() });
  const { token } = (await api('POST', tokensOf(ada))).body;
  const tampered = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  expect(await api('GET', `/api/v1/users/${ada}/inbox`, undefined, as(tampered))).toMatchObject({
    status: 401,
    body: { code: 'unauthorized' },
  });
  expect(await api('POST', tokensOf(unique('nobody')))).toMatchObject({
    status: 404,
    body: { code: 'user_not_found' },
  });
});

test('with a user who is erased their tokens end, and the sockets opened with them', async () => {
  const ada = await createUser({ email: freshEmail() });
  const { token } = (await api('POST', tokensOf(ada))).body;
  const inboxStatus = async () => (await api('GET', `/api/v1/users/${ada}/inbox`, undefined, as(token))).status;
  expect(await inboxStatus()).toBe(200);
  const ws = new WebSocket(`${gatewayUrl.replace(/^http/, 'ws')}/ws?token=${token}`);
  await once(ws, 'open');
  const closed = once(ws, 'close');
  expect((await api('DELETE', `/api/v1/users/${ada}`)).status).toBe(204);
  const [{ code }] = await closed;
  expect(code).toBe(4401);
  await eventually(async () => (await inboxStatus()) === 401);
});

test('a 401 says what would be good there: a key, a token too, or what a vendor signs', async () => {
  const problemOf = async (method: string, path: string, authorization = '') => {
    const { status, body } = await api(method, path, undefined, { authorization });
    expect(body).toMatchObject({ status: 401, code: 'unauthorized', title: 'No valid credentials' });
    return `${status} ${body.detail}`;
  };
  expect(await problemOf('GET', '/api/v1/users/ada')).toContain('Send an API key:');
  expect(await problemOf('GET', '/api/v1/users/ada', 'Bearer a.b.c')).toContain('Only an API key is good here');
  expect(await problemOf('GET', '/api/v1/users/ada/inbox')).toContain('a token of the user');
  expect(await problemOf('GET', '/api/v1/users/ada/inbox', 'Bearer a.b.c')).toContain('user token is not valid');
  expect(await problemOf('POST', '/receipts/twilio')).toContain('TWILIO_AUTH_TOKEN');
});
