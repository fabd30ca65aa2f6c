import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAddressDigest, createClaims, createSuppressedAddresses, suppressionsKey } from '@notify/claims';
import { type SuppressibleChannel, type SuppressionJson, USER_EVENTS_QUEUE } from '@notify/contracts';
import { openDatabase, openRedis } from '@notify/service-kit';
import { createTestKit, eventually, TEST_SECRET, testRedisUrl } from '@notify/testing';
import { createSuppressedCopy } from '../src/suppressed-copy.ts';
import { type RunningService, runUserService } from './running-service.ts';

const digestOf = createAddressDigest(TEST_SECRET);
const NOBODY_LISTENS = 'redis://127.0.0.1:1';

const { logger, lifecycle } = createTestKit('test');
let redis: Awaited<ReturnType<typeof openRedis>>;
let service: RunningService;
beforeAll(async () => {
  redis = await openRedis(testRedisUrl(), logger, lifecycle);
  service = await runUserService();
});
afterAll(async () => {
  await service.stop();
  await lifecycle.shutdown('end of the test');
});

const newEmail = () => `Ada-${randomUUID()}@Example.test`;
const newPhone = () => `+1415${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`;
const suppress = (address: string, channel = 'email', reason?: string) =>
  service.call('post', '/suppressions', { channel, address, reason });

async function found(address: string): Promise<SuppressionJson[]> {
  return (await service.call('get', `/suppressions?address=${encodeURIComponent(address)}`)).body.data;
}
/** Why a worker would be told to send nothing there, or undefined: it may. */
async function refusedFor(address: string, channel: SuppressibleChannel = 'email') {
  const claim = await createClaims(redis, digestOf).begin(randomUUID(), { epoch: 0, hop: 0, attempt: 1 }, 'token', {
    address: { channel, address },
  });
  return claim.state === 'suppressed' ? claim.reason : undefined;
}
const isClaimRefused = async (address: string, channel?: SuppressibleChannel) =>
  (await refusedFor(address, channel)) !== undefined;

/** Everybody else's to this test's Redis. */
async function cutConnections(): Promise<void> {
  const own = String(await redis.client('ID'));
  const clients = String(await redis.client('LIST'))
    .split('\n')
    .map((line) => new Map(line.split(' ').map(pairOf)));
  const ids = clients
    .filter((client) => client.get('db') === new URL(testRedisUrl()).pathname.slice(1))
    .map((client) => client.get('id'));
  for (const id of ids) if (id !== undefined && id !== own) await redis.client('KILL', 'ID', id);
}
const pairOf = (pair: string): [string, string] => [
  pair.slice(0, pair.indexOf('=')),
  pair.slice(pair.indexOf('=') + 1),
];

test('an address that is suppressed by hand gets nothing any more, until the suppression is deleted', async () => {
  const address = newEmail();
  const added = await suppress(` ${address} `);
  expect(added.status).toBe(201);
  expect(added.body).toEqual({
    id: expect.any(String),
    channel: 'email',
    address,
    reason: 'manual',
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await isClaimRefused(address.toLowerCase())).toBe(true);
  expect(await isClaimRefused(address, 'sms')).toBe(false);

  const deleted = await service.call('delete', `/suppressions/${added.body.id}`);
  expect([deleted.status, deleted.text]).toEqual([204, '']);
  expect(await isClaimRefused(address)).toBe(false);
  expect(await found(address)).toEqual([]);
  expect(await service.call('delete', `/suppressions/${added.body.id}`)).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  });
});

test('what a provider said before an address was allowed again is past, said again or late; what it says later counts', async () => {
  const address = newEmail();
  const bounce = { channel: 'email', address, occurred_at: new Date().toISOString() } as const;
  await service.reject(bounce);
  const [first] = await eventually(async () => {
    const all = await found(address);
    return all.length === 1 && all;
  });
  expect((await service.call('delete', `/suppressions/${first?.id}`)).status).toBe(204);

  const marker = newEmail();
  await service.reject({ ...bounce, address: address.toUpperCase() });
  await service.reject({ channel: 'email', address: marker });
  await eventually(() => isClaimRefused(marker));
  expect(await found(address)).toEqual([]);
  expect(await isClaimRefused(address)).toBe(false);

  await service.reject(bounce);
  await service.reject({ ...bounce, reason: 'complaint', occurred_at: new Date(Date.now() + 1_000).toISOString() });
  await eventually(() => isClaimRefused(address));
  expect(await found(address)).toMatchObject([{ reason: 'complaint' }]);
  expect(await refusedFor(address)).toBe('complaint');
});

test('who suppresses an address by hand again is obeyed', async () => {
  const address = newPhone();
  const { body } = await suppress(address, 'sms');
  await service.call('delete', `/suppressions/${body.id}`);
  expect((await suppress(address, 'sms')).status).toBe(201);
  expect(await isClaimRefused(address, 'sms')).toBe(true);
});

test('an address is suppressed once, in whatever case it comes, and keeps its first reason', async () => {
  const address = newEmail();
  await service.reject({ channel: 'email', address, reason: 'complaint', provider: 'sendgrid', error_code: 'spam' });
  await service.reject({ channel: 'email', address: address.toUpperCase(), provider: 'smtp', error_code: '5.1.1' });
  await eventually(() => isClaimRefused(address));
  const again = await suppress(address.toLowerCase());
  expect(again).toMatchObject({ status: 200, body: { address, reason: 'complaint' } });
  expect(await found(address)).toEqual([again.body]);
  expect(await refusedFor(address)).toBe('complaint');
});

test('a list from another system comes with its reasons, in any case; an address that is there keeps its own', async () => {
  const address = newEmail();
  expect(await suppress(address, 'email', 'Complaint')).toMatchObject({ status: 201, body: { reason: 'complaint' } });
  expect(await refusedFor(address)).toBe('complaint');
  for (const reason of ['hard_bounce', undefined]) {
    expect(await suppress(address, 'email', reason)).toMatchObject({ status: 200, body: { reason: 'complaint' } });
  }
  expect(await found(address)).toMatchObject([{ reason: 'complaint' }]);
  expect(await refusedFor(address)).toBe('complaint');

  for (const [reason, channel] of [
    ['hard_bounce', 'email'],
    ['opted_out', 'sms'],
    ['manual', 'sms'],
  ] as const) {
    const other = channel === 'sms' ? newPhone() : newEmail();
    expect(await suppress(other, channel, reason)).toMatchObject({ status: 201, body: { reason } });
    expect(await refusedFor(other, channel)).toBe(reason);
  }
});

test('what providers say of email addresses and phone numbers suppresses them, of devices and inboxes it does not', async () => {
  const [email, phone, other] = [newEmail(), newPhone(), newEmail()];
  await service.reject({ channel: 'push', address: other });
  await service.reject({ channel: 'in_app', address: other });
  await service.reject({
    channel: 'sms',
    address: phone,
    reason: 'opted_out',
    provider: 'twilio',
    error_code: '21610',
  });
  await service.reject({ channel: 'email', address: email, provider: 'smtp', error_code: '550 5.1.1' });
  await eventually(async () => (await isClaimRefused(email)) && (await isClaimRefused(phone, 'sms')));
  expect([await refusedFor(email), await refusedFor(phone, 'sms')]).toEqual(['hard_bounce', 'opted_out']);
  expect(await found(email)).toMatchObject([{ channel: 'email', reason: 'hard_bounce' }]);
  expect(await found(phone)).toMatchObject([{ channel: 'sms', reason: 'opted_out' }]);
  expect(await found(other)).toEqual([]);
});

test('two batches with the same addresses in another order do not wait for each other for ever', async () => {
  const addresses = Array.from({ length: 50 }, newEmail);
  await Promise.all(
    [...addresses, ...addresses.toReversed()].map((address) => service.reject({ channel: 'email', address })),
  );
  await eventually(async () => (await Promise.all(addresses.map((address) => isClaimRefused(address)))).every(Boolean));
  expect((await found(addresses[0] as string)).length).toBe(1);
});

test('the list is newest first, by pages, of one channel or of all', async () => {
  const phones = Array.from({ length: 5 }, newPhone);
  for (const phone of phones) expect((await suppress(phone, 'SMS')).status).toBe(201);
  const email = newEmail();
  await suppress(email);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null && seen.length < phones.length; ) {
    const { body } = await service.call('get', `/suppressions?channel=sms&limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.data.map(({ address }: SuppressionJson) => address));
    cursor = body.meta.next_cursor;
  }
  expect(seen.slice(0, 5)).toEqual(phones.toReversed());
  const { body } = await service.call('get', '/suppressions?limit=1');
  expect(body.data).toMatchObject([{ channel: 'email', address: email }]);
});

test('what can not be suppressed is refused', async () => {
  for (const body of [
    undefined,
    {},
    { channel: 'push', address: 'token' },
    { channel: 'in_app', address: 'user-1' },
    { channel: 'email', address: 'not an address' },
    { channel: 'email', address: '+14155550123' },
    { channel: 'sms', address: 'ada@example.test' },
    { channel: 'email', address: newEmail(), reason: 'bored' },
  ]) {
    expect(await service.call('post', '/suppressions', body)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
  }
  for (const query of ['channel=push', 'cursor=nonsense', 'page=2', 'address=a%0Ab']) {
    expect((await service.call('get', `/suppressions?${query}`)).status).toBe(400);
  }
  expect((await service.call('delete', '/suppressions/not-an-id')).status).toBe(400);
});

test('when Redis comes back, with less or more than it should have, the copy becomes what the database says', async () => {
  const copy = createSuppressedAddresses(redis);
  const [lost, allowed, misnamed] = [newEmail(), newEmail(), newEmail()];
  await suppress(lost);
  await suppress(misnamed);
  await copy.remove('email', [digestOf(lost)]);
  await copy.add('email', new Map([[digestOf(allowed), 'manual']]));
  await copy.add('email', new Map([[digestOf(misnamed), 'complaint']]));
  // As when it was restarted with what it had before.
  await cutConnections();
  await eventually(async () => (await isClaimRefused(lost)) && !(await isClaimRefused(allowed)));
  expect(await refusedFor(misnamed)).toBe('manual');
});

test('digests without a reason, without a key, or with that of another secret give way to those that the workers make', async () => {
  const [old, rotated] = [newPhone(), newPhone()];
  await suppress(old, 'sms');
  await suppress(rotated, 'sms');
  const other = createTestKit('other');
  const database = await openDatabase(service.databaseOptions, other.logger, other.lifecycle);
  const ofAnotherSecret = createAddressDigest('another-secret-of-the-tests-long-enough')(rotated);
  const copiedAs = 'UPDATE suppressions SET copied_as = $2 WHERE address = $1';
  await database.query(copiedAs, [old, null]);
  await database.query(copiedAs, [rotated, ofAnotherSecret]);
  await other.lifecycle.shutdown('end of the test');
  await redis.sadd('suppressed:sms', createHash('sha256').update(old).digest().subarray(0, 16).toString('base64url'));
  await redis.sadd('suppressed-addresses:sms', digestOf(old), digestOf(rotated));
  await redis.del(suppressionsKey('sms'));
  await redis.hset(suppressionsKey('sms'), ofAnotherSecret, 'manual');

  await cutConnections();
  await eventually(async () => (await redis.exists('suppressed:sms', 'suppressed-addresses:sms')) === 0);
  expect(await redis.hexists(suppressionsKey('sms'), ofAnotherSecret)).toBe(0);
  for (const phone of [old, rotated]) {
    expect(await isClaimRefused(phone, 'sms')).toBe(true);
    const [{ id }] = (await found(phone)) as [SuppressionJson];
    await service.call('delete', `/suppressions/${id}`);
    expect(await isClaimRefused(phone, 'sms')).toBe(false);
  }
});

test('more suppressions than one chunk are all loaded', async () => {
  const addresses = Array.from({ length: 2_500 }, newEmail);
  await Promise.all(addresses.map((address) => service.reject({ channel: 'email', address })));
  await eventually(async () => (await service.queueLength(USER_EVENTS_QUEUE)) === 0, 20_000);
  await redis.flushdb();
  await cutConnections();
  await eventually(async () => (await redis.hlen(suppressionsKey('email'))) >= addresses.length, 20_000);
});

test('a suppression that is deleted while another instance copies it does not stay in the copy', async () => {
  const address = newEmail();
  const { body } = await suppress(address);
  const other = createTestKit('other');
  const database = await openDatabase(service.databaseOptions, other.logger, other.lifecycle);
  const itsRedis = await openRedis(testRedisUrl(), other.logger, other.lifecycle);
  const [hasRead, mayWrite] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const hset = itsRedis.hset.bind(itsRedis) as (key: string, fields: Map<string, string>) => Promise<number>;
  itsRedis.hset = (async (key: string, fields: Map<string, string>) => {
    hasRead.resolve();
    await mayWrite.promise;
    return hset(key, fields);
  }) as typeof itsRedis.hset;
  createSuppressedCopy({ database, redis: itsRedis, digestOf, ...other });
  await hasRead.promise;

  let isDeleted = false;
  const deleting = service.call('delete', `/suppressions/${body.id}`).then((answer) => {
    isDeleted = true;
    return answer;
  });
  await eventually(async () => {
    const { rowCount } = await database.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    return isDeleted || rowCount !== 0;
  });
  mayWrite.resolve();
  expect((await deleting).status).toBe(204);
  // Ends when it has loaded everything.
  await other.lifecycle.shutdown('end of the test');
  expect(await isClaimRefused(address)).toBe(false);
});

test('without Redis the service starts, suppresses, and deletes nothing that a claim could still see', async () => {
  const alone = await runUserService(NOBODY_LISTENS);
  try {
    const address = newEmail();
    await alone.reject({ channel: 'email', address });
    const { body } = await eventually(async () => {
      const answer = await alone.call('get', `/suppressions?address=${encodeURIComponent(address)}`);
      return answer.body.data.length === 1 && answer;
    });
    await eventually(async () => (await alone.queueLength(USER_EVENTS_QUEUE)) === 0, 20_000);
    const [{ id }] = body.data;
    expect(await alone.call('delete', `/suppressions/${id}`)).toMatchObject({
      status: 503,
      body: { code: 'dependency_unavailable' },
    });
    expect((await alone.call('get', '/suppressions')).body.data).toHaveLength(1);
    expect((await alone.call('post', '/suppressions', { channel: 'sms', address: newPhone() })).status).toBe(201);
  } finally {
    await alone.stop();
  }
});
