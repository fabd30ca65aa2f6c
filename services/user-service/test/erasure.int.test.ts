import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { USER_ERASED, type UserErasedJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { type RunningService, runUserService } from './running-service.ts';

let service: RunningService;
const told: UserErasedJson[] = [];
beforeAll(async () => {
  service = await runUserService();
  await service.broker.subscribe({
    routingKeys: [USER_ERASED],
    onMessage: ({ body }) => told.push(JSON.parse(body.toString()) as UserErasedJson),
  });
});
afterAll(() => service.stop());

const toldOf = (userId: string) => told.filter(({ id }) => id === userId);

test('who is deleted is gone with devices and preferences, and everybody is told', async () => {
  const userId = randomUUID();
  const token = randomUUID();
  await service.call('put', `/users/${userId}`, { email: `${userId}@example.test` });
  await service.call('post', `/users/${userId}/devices`, { token, platform: 'ios' });
  const before = Date.now();
  expect((await service.call('delete', `/users/${userId}`)).status).toBe(204);
  for (const path of ['', '/profile', '/devices', '/preferences']) {
    expect((await service.call('get', `/users/${userId}${path}`)).status).toBe(404);
  }
  expect((await service.call('delete', `/users/${userId}`)).status).toBe(404);
  await eventually(() => toldOf(userId).length > 0);
  const erasedAt = Date.parse(toldOf(userId)[0]?.erased_at ?? '');
  // The database's clock is this machine's.
  expect(erasedAt).toBeGreaterThanOrEqual(before - 1_000);
  expect(erasedAt).toBeLessThanOrEqual(Date.now());

  // Whoever gets the id next begins with nothing.
  await service.call('put', `/users/${userId}`, {});
  expect((await service.call('get', `/users/${userId}/devices`)).body.data).toEqual([]);
});

test('everybody is told again later, for what was on its way', async () => {
  const userId = randomUUID();
  await service.call('put', `/users/${userId}`, {});
  await service.call('delete', `/users/${userId}`);
  // The second time is ten seconds after the first.
  await eventually(() => toldOf(userId).length === 2, 20_000);
  const [first, second] = toldOf(userId);
  expect(second).toEqual(first);
}, 30_000);

test('a suppression outlives the owner of its address, which it no longer shows, and can still be lifted', async () => {
  const userId = randomUUID();
  const email = `${userId}@example.test`;
  await service.call('put', `/users/${userId}`, { email: email.toUpperCase() });
  const { body: added } = await service.call('post', '/suppressions', { channel: 'email', address: email });
  await service.call('delete', `/users/${userId}`);
  const found = async () => (await service.call('get', `/suppressions?address=${email}`)).body.data;
  expect(await found()).toEqual([{ ...added, address: null }]);
  // The same address again is the same suppression.
  expect((await service.call('post', '/suppressions', { channel: 'email', address: email })).status).toBe(200);
  expect((await service.call('delete', `/suppressions/${added.id}`)).status).toBe(204);
  expect(await found()).toEqual([]);
});
