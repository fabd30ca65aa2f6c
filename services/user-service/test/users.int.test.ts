import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import supertest from 'supertest';
import { type RunningService, runUserService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await runUserService();
});
afterAll(() => service.stop());

const newId = () => `user-${randomUUID()}`;
const ada = {
  email: 'Ada@Example.test',
  country: 'US',
  phone: '+14155550123',
  locale: 'fr-CA',
  timezone: 'Africa/Lagos',
  name: 'Ada',
  metadata: { plan: 'pro', nested: { list: [1, null, 'text'] } },
};

test('PUT creates a user with 201, then replaces with 200 and empties what is left out', async () => {
  const userId = newId();
  const created = await service.call('put', `/users/${userId}`, ada);
  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    user_id: userId,
    ...ada,
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    updated_at: created.body.created_at,
  });
  expect((await service.call('get', `/users/${userId}`)).body).toEqual(created.body);

  const replaced = await service.call('put', `/users/${userId}`, { phone: '+2348031234567' });
  expect(replaced.status).toBe(200);
  expect(replaced.body).toEqual({
    user_id: userId,
    email: null,
    country: null,
    phone: '+2348031234567',
    locale: null,
    timezone: null,
    name: null,
    metadata: {},
    created_at: created.body.created_at,
    updated_at: expect.any(String),
  });
  expect(replaced.body.updated_at > created.body.updated_at).toBe(true);
});

test('twenty parallel PUTs of a new user create it once', async () => {
  const userId = newId();
  const answers = await Promise.all(Array.from({ length: 20 }, () => service.call('put', `/users/${userId}`, ada)));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
});

test('PATCH sets what is given, null included, and leaves the rest', async () => {
  const userId = newId();
  await service.call('put', `/users/${userId}`, ada);
  const patched = await service.call('patch', `/users/${userId}`, { email: null, name: 'Ada L.', metadata: { a: 1 } });
  expect(patched.status).toBe(200);
  expect(patched.body).toMatchObject({ email: null, name: 'Ada L.', phone: ada.phone, locale: ada.locale });
  expect(patched.body.metadata).toEqual({ a: 1 });
});

test('an email address is kept as given, but trimmed', async () => {
  const { body } = await service.call('put', `/users/${newId()}`, { email: '  Ada@Example.test ' });
  expect(body.email).toBe('Ada@Example.test');
});

test("a phone number is kept as E.164, read with the user's country where it does not say its own", async () => {
  const userId = newId();
  const phoneAfter = async (method: 'put' | 'patch', body: object) =>
    (await service.call(method, `/users/${userId}`, body)).body.phone;
  expect(await phoneAfter('put', { phone: '020 7946 0958', country: 'gb' })).toBe('+442079460958');
  expect(await phoneAfter('patch', { phone: '(07911) 123-456' })).toBe('+447911123456');
  expect(await phoneAfter('patch', { phone: '+1 (415) 555-0123' })).toBe('+14155550123');
  expect(await phoneAfter('patch', { phone: '0803 123 4567', country: 'NG' })).toBe('+2348031234567');
  // The number stays where the country changes: it is E.164 already.
  expect(await phoneAfter('patch', { country: 'FR' })).toBe('+2348031234567');
  expect((await service.call('get', `/users/${userId}`)).body.country).toBe('FR');
});

test.each([
  { phone: '020 7946 0958' },
  { phone: '020 7946 0958', country: null },
  { phone: '123', country: 'GB' },
  { phone: 'call 020 7946 0958', country: 'GB' },
  { phone: '+442079460958 ext. 5' },
])('%j is refused: it says no number for sure', async (user) => {
  const answer = await service.call('put', `/users/${newId()}`, user);
  expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, 'phone']);
});

test('everything that is wrong with a user is named at once', async () => {
  const answer = await service.call('put', `/users/${newId()}`, {
    email: 'not an address',
    phone: '0415 555',
    country: 'ZZ',
    locale: 'french',
    timezone: 'Mars/Olympus',
    name: 'a\r\nBcc: b',
    metadata: 'text',
    nickname: 'x',
  });
  expect(answer.status).toBe(400);
  expect(answer.body.code).toBe('validation_failed');
  expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'country',
    'email',
    'locale',
    'metadata',
    'name',
    'nickname',
    'phone',
    'timezone',
  ]);
});

test('a body that is missing, null, a list or empty where it may not be is refused, and changes nothing', async () => {
  const userId = newId();
  await service.call('put', `/users/${userId}`, ada);
  for (const body of [undefined, null, [], 'text']) {
    expect((await service.call('put', `/users/${userId}`, body)).status).toBe(400);
    expect((await service.call('patch', `/users/${userId}`, body)).status).toBe(400);
  }
  expect((await service.call('patch', `/users/${userId}`, {})).status).toBe(400);
  expect((await service.call('get', `/users/${userId}`)).body.email).toBe(ada.email);
});

const OPERATIONS = [
  ['get', ''],
  ['patch', ''],
  ['get', '/profile'],
  ['get', '/preferences'],
  ['put', '/preferences'],
  ['get', '/devices'],
  ['post', '/devices'],
  ['delete', '/devices/some-token'],
] as const;

test.each(OPERATIONS)('%s /users/{user_id}%s of an unknown user is 404 user_not_found', async (method, path) => {
  const body = path === '' ? { name: 'x' } : path === '/devices' ? { token: 't', platform: 'web' } : {};
  const answer = await service.call(method, `/users/${newId()}${path}`, body);
  expect(answer.status).toBe(404);
  expect(answer.body.code).toBe('user_not_found');
});

test.each([['put', ''], ...OPERATIONS] as const)(
  '%s /users/{user_id}%s with an impossible id is 400',
  async (method, path) => {
    for (const id of ['a%20b', 'a%2Fb', '%00', 'x'.repeat(129)]) {
      const answer = await service.call(method, `/users/${id}${path}`, {});
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].field).toBe('user_id');
    }
  },
);

test('the list walks through all users once, by pages', async () => {
  const ids = Array.from({ length: 5 }, newId);
  await Promise.all(ids.map((id) => service.call('put', `/users/${id}`, {})));
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await service.call('get', `/users?limit=2${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    expect(body.meta.limit).toBe(2);
    expect(body.data.length).toBeLessThanOrEqual(2);
    seen.push(...body.data.map((user: { user_id: string }) => user.user_id));
    cursor = body.meta.next_cursor;
  }
  expect(seen).toEqual([...new Set(seen)].sort());
  expect(seen).toEqual(expect.arrayContaining(ids));
});

test('a bad cursor or limit is 400', async () => {
  for (const query of ['cursor=nonsense', 'limit=0', 'limit=201', 'limit=many', 'page=2']) {
    expect((await service.call('get', `/users?${query}`)).status).toBe(400);
  }
  const userId = newId();
  await service.call('put', `/users/${userId}`, {});
  const ofAnotherList = Buffer.from(JSON.stringify([userId])).toString('base64url');
  const answer = await service.call('get', `/users/${userId}/devices?cursor=${ofAnotherList}`);
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'cursor' }] } });
});

test('preferences are empty at first, then as they were put', async () => {
  const userId = newId();
  await service.call('put', `/users/${userId}`, ada);
  expect((await service.call('get', `/users/${userId}/preferences`)).body).toEqual({ channels: {}, types: {} });
  const preferences = {
    channels: { email: true, sms: false },
    channel_order: ['sms', 'email'],
    types: { marketing: { channels: { sms: false }, channel_order: ['push'] }, 'a.b': { channels: {} } },
  };
  const put = await service.call('put', `/users/${userId}/preferences`, preferences);
  expect(put).toMatchObject({ status: 200, body: preferences });
  expect((await service.call('get', `/users/${userId}/preferences`)).body).toEqual(preferences);

  await service.call('put', `/users/${userId}`, {});
  expect((await service.call('get', `/users/${userId}/preferences`)).body).toEqual(preferences);
});

test('quiet hours are kept as they were put and are part of the profile; without them there are none', async () => {
  const userId = newId();
  await service.call('put', `/users/${userId}`, { timezone: 'Africa/Lagos' });
  const hours = { start: '22:00', end: '07:00', timezone: 'Europe/Berlin', days: ['Fri', 'sat'] };
  const kept = { ...hours, days: ['fri', 'sat'] };
  const put = await service.call('put', `/users/${userId}/preferences`, { quiet_hours: hours });
  expect(put.body.quiet_hours).toEqual(kept);
  const profile = (await service.call('get', `/users/${userId}/profile`)).body;
  expect(profile).toMatchObject({ timezone: 'Africa/Lagos', preferences: { quiet_hours: kept } });
  await service.call('put', `/users/${userId}/preferences`, {});
  expect((await service.call('get', `/users/${userId}/preferences`)).body).toEqual({ channels: {}, types: {} });
});

test('preferences that name an unknown channel, or hours that nobody could keep, are refused', async () => {
  const userId = newId();
  await service.call('put', `/users/${userId}`, {});
  for (const preferences of [
    { channels: { fax: true } },
    { channel_order: ['email', 'email'] },
    { channel_order: ['fax'] },
    { types: { 'not a type': {} } },
    { quiet_hours: { start: '22:00' } },
    { quiet_hours: { start: '24:00', end: '07:00' } },
    { quiet_hours: { start: '7:00', end: '08:00' } },
    { quiet_hours: { start: '08:00', end: '08:00' } },
    { quiet_hours: { start: '22:00', end: '07:00', timezone: 'Mars/Olympus' } },
    { quiet_hours: { start: '22:00', end: '07:00', days: [] } },
    { quiet_hours: { start: '22:00', end: '07:00', days: ['mon', 'MON'] } },
  ]) {
    expect((await service.call('put', `/users/${userId}/preferences`, preferences)).status).toBe(400);
  }
});

test('the profile holds everything that a delivery needs', async () => {
  const userId = newId();
  await service.call('put', `/users/${userId}`, ada);
  const device = { token: `t-${userId}`, platform: 'ios', provider: 'fcm' };
  await service.call('post', `/users/${userId}/devices`, device);
  await service.call('put', `/users/${userId}/preferences`, { channels: { sms: false } });
  const { metadata: _, country: __, ...contacts } = ada;
  expect((await service.call('get', `/users/${userId}/profile`)).body).toEqual({
    user_id: userId,
    ...contacts,
    devices: [device],
    preferences: { channels: { sms: false }, types: {} },
  });
});

test('every change of a user is announced, with what may be different where not all of it may be', async () => {
  const userId = newId();
  const announced = () => service.changed.filter(({ id }) => id === userId);
  const token = `t-${userId}`;
  const changes: [() => Promise<{ status: number }>, string[] | undefined][] = [
    [() => service.call('put', `/users/${userId}`, ada), undefined],
    [() => service.call('put', `/users/${userId}`, {}), undefined],
    [() => service.call('patch', `/users/${userId}`, { name: 'x', timezone: 'UTC' }), ['name', 'timezone']],
    [() => service.call('put', `/users/${userId}/preferences`, {}), ['preferences']],
    [() => service.call('post', `/users/${userId}/devices`, { token, platform: 'web' }), ['devices']],
    [() => service.call('delete', `/users/${userId}/devices/${token}`), ['devices']],
  ];
  for (const [index, [change, what]] of changes.entries()) {
    expect((await change()).status).toBeLessThan(300);
    await eventually(() => announced().length === index + 1);
    expect(announced().at(-1)?.changed).toEqual(what);
  }
});

test('only services get in', async () => {
  const path = `/users/${newId()}`;
  expect((await supertest(service.url).get(path)).status).toBe(401);
  const wrongAudience = await service.tokenFor('template-service');
  const answer = await supertest(service.url).get(path).set('authorization', `Bearer ${wrongAudience}`);
  expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  expect((await supertest(service.url).get('/health/ready')).body).toEqual({
    status: 'ready',
    dependencies: { postgres: 'up', rabbitmq: 'up' },
  });
});
