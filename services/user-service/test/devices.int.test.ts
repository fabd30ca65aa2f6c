import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAILED_QUEUE, USER_EVENTS_QUEUE } from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { type RunningService, runUserService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await runUserService();
});
afterAll(() => service.stop());

async function newUser(): Promise<string> {
  const userId = `user-${randomUUID()}`;
  await service.call('put', `/users/${userId}`, {});
  return userId;
}
const newToken = () => `token:${randomUUID()}/+ é`;
const register = (userId: string, token: string, platform = 'android') =>
  service.call('post', `/users/${userId}/devices`, { token, platform });
async function tokensOf(userId: string): Promise<string[]> {
  const { body } = await service.call('get', `/users/${userId}/devices`);
  return body.data.map((device: { token: string }) => device.token);
}
const timesChanged = (userId: string) => service.changed.filter(({ id }) => id === userId).length;

const reject: RunningService['reject'] = (rejected) => service.reject(rejected);

test('a device is registered once, however often it is sent', async () => {
  const [userId, token] = [await newUser(), newToken()];
  const device = { token, platform: 'android', provider: 'fcm' };
  expect(await register(userId, token)).toMatchObject({ status: 201, body: device });
  const again = await register(userId, token, 'IOS');
  expect(again).toMatchObject({ status: 200, body: { ...device, platform: 'ios' } });
  const { body } = await service.call('get', `/users/${userId}/devices`);
  expect(body).toEqual({ data: [{ ...device, platform: 'ios' }], meta: { limit: 50, next_cursor: null } });
});

test('a device belongs to the provider that it is registered with, at first FCM', async () => {
  const [userId, token] = [await newUser(), newToken()];
  const device = { token, platform: 'web', provider: 'OneSignal' };
  const answer = await service.call('post', `/users/${userId}/devices`, device);
  expect(answer).toMatchObject({ status: 201, body: { ...device, provider: 'onesignal' } });
  const { body } = await service.call('get', `/users/${userId}/profile`);
  expect(body.devices).toEqual([{ ...device, provider: 'onesignal' }]);
});

test('a token of another user moves to this user, and both are announced', async () => {
  const [before, after, token] = [await newUser(), await newUser(), newToken()];
  await register(before, token);
  await eventually(() => timesChanged(before) === 2 && timesChanged(after) === 1);
  expect((await register(after, token)).status).toBe(201);
  expect(await tokensOf(before)).toEqual([]);
  expect(await tokensOf(after)).toEqual([token]);
  await eventually(() => timesChanged(before) === 3 && timesChanged(after) === 2);
});

test('a token that several users register at the same time ends with one of them, and the others are announced', async () => {
  const users = await Promise.all(Array.from({ length: 8 }, newUser));
  const token = newToken();
  const answers = await Promise.all(users.map((userId) => register(userId, token)));
  expect(answers.every(({ status }) => status === 201)).toBe(true);
  const owners = (await Promise.all(users.map(tokensOf))).flat();
  expect(owners).toEqual([token]);
  // Each registered it (after its creation), and each but the last lost it.
  const total = () => users.map(timesChanged).reduce((sum, times) => sum + times, 0);
  await eventually(() => total() === 8 + 8 + 7);
});

test('a device that is given up is gone; giving it up again is 404', async () => {
  const [userId, token] = [await newUser(), newToken()];
  const other = await newUser();
  await register(userId, token);
  const path = (id: string) => `/users/${id}/devices/${encodeURIComponent(token)}`;
  expect(await service.call('delete', path(other))).toMatchObject({ status: 404, body: { code: 'not_found' } });
  const deleted = await service.call('delete', path(userId));
  expect([deleted.status, deleted.text]).toEqual([204, '']);
  expect(await tokensOf(userId)).toEqual([]);
  expect(await service.call('delete', path(userId))).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

test('a long random token, longer than an index entry may be, is a token like any other', async () => {
  const userId = await newUser();
  const token = Array.from({ length: 113 }, () => randomUUID())
    .join('')
    .slice(0, 4_000);
  expect((await register(userId, token)).status).toBe(201);
  expect(await tokensOf(userId)).toEqual([token]);
  expect((await service.call('delete', `/users/${userId}/devices/${token}`)).status).toBe(204);
});

test('what can not be a device is refused', async () => {
  const userId = await newUser();
  const path = `/users/${userId}/devices`;
  for (const body of [
    {},
    { token: 'a', platform: 'toaster' },
    { token: 'a\u0000', platform: 'web' },
    { token: '', platform: 'web' },
    { token: 'x'.repeat(4_097), platform: 'web' },
    { token: 'a', platform: 'web', provider: 'pigeon' },
    { token: 'a', platform: 'web', colour: 'red' },
  ]) {
    expect(await service.call('post', path, body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  }
  expect((await service.call('post', path)).status).toBe(400);
  expect((await service.call('delete', `${path}/a%00`)).status).toBe(400);
});

test('devices are listed oldest first, by pages', async () => {
  const userId = await newUser();
  const tokens = Array.from({ length: 5 }, newToken);
  for (const token of tokens) await register(userId, token);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await service.call('get', `/users/${userId}/devices?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.data.map((device: { token: string }) => device.token));
    cursor = body.meta.next_cursor;
  }
  expect(seen).toEqual(tokens);
});

test('a token that its provider calls dead is removed, and the user announced', async () => {
  const [userId, dead, living] = [await newUser(), newToken(), newToken()];
  await register(userId, dead);
  await register(userId, living);
  await eventually(() => timesChanged(userId) === 3);
  await reject({ address: dead });
  await eventually(() => timesChanged(userId) === 4);
  expect(await tokensOf(userId)).toEqual([living]);
  // A repeat finds nothing to do.
  await reject({ address: dead });
  await eventually(async () => (await service.queueLength(USER_EVENTS_QUEUE)) === 0);
  expect(timesChanged(userId)).toBe(4);
});

test('a token that was registered again after it was called dead stays', async () => {
  const [userId, token, witness] = [await newUser(), newToken(), newToken()];
  await register(userId, token);
  await register(userId, witness);
  await reject({ address: token, occurred_at: new Date(Date.now() - 60_000).toISOString() });
  await reject({ address: witness });
  await eventually(async () => !(await tokensOf(userId)).includes(witness));
  expect(await tokensOf(userId)).toEqual([token]);
});

test('a rejected address of another channel takes no device away', async () => {
  const [userId, token, witness] = [await newUser(), newToken(), newToken()];
  await register(userId, token);
  await register(userId, witness);
  for (const channel of ['email', 'sms', 'in_app'] as const) await reject({ channel, address: token });
  await reject({ address: witness });
  await eventually(async () => !(await tokensOf(userId)).includes(witness));
  expect(await tokensOf(userId)).toEqual([token]);
});

test('messages that are not valid go to the operators with their reason, and block nothing', async () => {
  const failed: Delivery[] = [];
  await service.broker.consume({
    queue: FAILED_QUEUE,
    prefetch: 10,
    onMessage: async (delivery) => void failed.push(delivery),
  });
  const [userId, token] = [await newUser(), newToken()];
  await register(userId, token);
  await reject(Buffer.from('{ not json'));
  await reject(Buffer.from('null'));
  await reject({ channel: 'fax' as 'push', address: 'x' });
  await reject({ address: 'x', occurred_at: '+200000-01-01T00:00:00.000Z' });
  await reject({ channel: 'email', address: 'x\0@example.test' });
  await reject({ address: token });
  await eventually(async () => (await tokensOf(userId)).length === 0);
  await eventually(() => failed.length === 5);
  expect(failed.map(({ headers }) => headers['reason'])).toEqual(Array(5).fill('invalid_message'));
  expect(failed[0]?.body.toString()).toBe('{ not json');
  await eventually(async () => (await service.queueLength(USER_EVENTS_QUEUE)) === 0, 20_000);
  expect(failed).toHaveLength(5);
});
