import { expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { api, createUser, freshEmail, unique } from './system.ts';

const PATH = '/api/v1/api_keys';
const as = (key: string) => ({ authorization: `Bearer ${key}` });
const statusOf = async (key: string, path = '/api/v1/users') => (await api('GET', path, undefined, as(key))).status;
/** A change applies to requests made a second later. */
const becomes = (status: number, key: string) => eventually(async () => (await statusOf(key)) === status, 5_000);

async function makeKey(fields: Record<string, unknown> = {}): Promise<{ id: string; key: string }> {
  const { status, body } = await api('POST', PATH, { name: unique('key'), scopes: ['users:read'], ...fields });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

test('a key is shown once, may do what its scopes say, and is gone once revoked', async () => {
  const { id, key } = await makeKey({ environment: 'test' });
  expect(key).toMatch(new RegExp(`^nk_test_${id}_`));
  expect(await statusOf(key)).toBe(200);
  expect(await statusOf(key, '/api/v1/templates')).toBe(403);
  expect(await statusOf(key, PATH)).toBe(403);
  const { body } = await api('GET', `${PATH}?limit=200`);
  expect(JSON.stringify(body)).not.toContain(key.slice(-20));
  expect(body.data.find((each: { id: string }) => each.id === id)).toMatchObject({ scopes: ['users:read'] });
  expect((await api('DELETE', `${PATH}/${id}`)).status).toBe(204);
  await becomes(401, key);
  expect((await api('DELETE', `${PATH}/${id}`)).status).toBe(404);
});

test('after a rotation both keys work, and the new one has the same id', async () => {
  const { id, key } = await makeKey();
  const { body } = await api('POST', `${PATH}/${id}/rotate`);
  expect(body.id).toBe(id);
  await becomes(200, body.key);
  expect(await statusOf(key)).toBe(200);
});

test('a key expires by itself', async () => {
  const { key } = await makeKey({ expires_at: new Date(Date.now() + 2_000).toISOString() });
  expect(await statusOf(key)).toBe(200);
  await becomes(401, key);
});

test('what is wrong with a key is told, and the key of the settings is not for the API to change', async () => {
  expect(await api('POST', PATH, { name: '', scopes: ['all'] })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'name' }, { field: 'scopes.0' }] },
  });
  const { body } = await api('GET', `${PATH}?limit=200`);
  const { id } = body.data.find(({ name }: { name: string }) => name === 'bootstrap');
  expect(await api('DELETE', `${PATH}/${id}`)).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

test('who changed what is in the audit log, refused changes too, and no device token', async () => {
  const { id, key } = await makeKey({ scopes: ['users:write'] });
  const user = await createUser({ email: freshEmail() });
  await api('PATCH', `/api/v1/users/${user}`, { name: 'Ada' }, as(key));
  await api('PATCH', `/api/v1/users/${user}`, { colour: 'red' }, as(key));
  await api('DELETE', `/api/v1/users/${user}/devices/a-secret-token`, undefined, as(key));
  const entries = await eventually(async () => {
    const { body } = await api('GET', `/api/v1/audit_log?api_key_id=${id}`);
    return body.data.length === 3 && body.data;
  });
  expect(entries).toMatchObject([
    { operation: 'DELETE /api/v1/users/{user_id}/devices/{token}', target: { user_id: user }, status: 404 },
    { operation: 'PATCH /api/v1/users/{user_id}', target: { user_id: user }, status: 400 },
    { operation: 'PATCH /api/v1/users/{user_id}', status: 200, correlation_id: expect.any(String) },
  ]);
  expect(JSON.stringify(entries)).not.toContain('a-secret-token');
});
