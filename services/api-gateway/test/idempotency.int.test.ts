import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { laneQueue } from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { type Answer, API_KEY, type GatewayBed, openGatewayBed } from './gateway-bed.ts';

let bed: GatewayBed;
let lane: Delivery[];
let record: Delivery[];

beforeAll(async () => {
  bed = await openGatewayBed();
  lane = await bed.collect(laneQueue('email', 'medium'));
  record = await bed.collect();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const PATH = '/api/v1/notifications';
const request = () => ({ to: { email: `person-${randomUUID()}@sandbox.test` }, content: { title: 'T', body: 'B' } });
/** Sends to the one instance or the other. */
const send = (instance: 0 | 1, body: unknown, key?: string, path = PATH): Promise<Answer> =>
  bed.instances[instance].ask('POST', path, body, key === undefined ? {} : { 'idempotency-key': key });

/** How often the lane and the record were told of it, once whatever was accepted after it has arrived there too. */
async function copiesOf(id: string): Promise<{ lane: number; record: number }> {
  const { body } = await send(0, request());
  const count = (queue: Delivery[], each: string) =>
    queue.filter(({ headers }) => headers['notification_id'] === each).length;
  await eventually(() => count(lane, body.notification_id) === 1 && count(record, body.notification_id) === 1);
  return { lane: count(lane, id), record: count(record, id) };
}

test('fifty requests at once with one key, over two instances, are one notification; the others get its answer or 409', async () => {
  const [key, body] = [randomUUID(), request()];
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send(index % 2 === 0 ? 0 : 1, body, key)));
  const accepted = answers.filter(({ status }) => status === 202);
  const ids = new Set(accepted.map(({ body: { notification_id } }) => notification_id));
  expect(ids.size).toBe(1);
  expect(accepted.filter(({ headers }) => !headers.has('idempotent-replayed'))).toHaveLength(1);
  for (const { status, headers, body: problem } of answers.filter((answer) => answer.status !== 202)) {
    expect([status, problem.code, headers.get('retry-after')]).toEqual([409, 'request_in_flight', '1']);
  }
  const [id] = ids;
  for (const instance of [0, 1] as const) {
    const again = await send(instance, body, key);
    expect([again.status, again.body.notification_id, again.headers.get('idempotent-replayed')]).toEqual([
      202,
      id,
      'true',
    ]);
  }
  expect(await copiesOf(id)).toEqual({ lane: 1, record: 1 });
});

test('a batch of which twenty copies arrive at once, over two instances, is sent once', async () => {
  const [key, body] = [randomUUID(), { notifications: [request(), request(), request()] }];
  const copies = Array.from({ length: 20 }, (_, index) => send(index % 2 === 0 ? 0 : 1, body, key, `${PATH}/batch`));
  const accepted = (await Promise.all(copies)).filter(({ status }) => status === 202);
  const results = new Set(accepted.map((answer) => JSON.stringify(answer.body)));
  expect(results.size).toBe(1);
  for (const { notification_id: id } of accepted[0]?.body.results ?? []) {
    expect(await copiesOf(id)).toEqual({ lane: 1, record: 1 });
  }
});

test('what the one instance answered, the other knows: another body is 422, and a request that was not valid has not used its key up', async () => {
  const key = randomUUID();
  expect((await send(0, { ...request(), to: { email: 'nobody' } }, key)).status).toBe(400);
  expect((await send(1, request(), key)).status).toBe(202);
  const other = await send(0, request(), key);
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
});

test('a path that is written in another way is the same request', async () => {
  const [key, body] = [randomUUID(), request()];
  const first = await send(0, body, key);
  for (const path of [`${PATH}/`, PATH.replace('n', 'N')]) {
    const again = await send(1, body, key, path);
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([first.body, 'true']);
  }
});

test('a key in the header is one, and of ASCII, or the request is refused', async () => {
  const answerTo = async (...keys: string[]) => {
    const request = http.request(`${bed.instances[0].url}${PATH}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'idempotency-key': keys },
    });
    request.end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return { status: response.statusCode, body: await json(response) };
  };
  for (const keys of [['a', 'b'], ['a', 'a'], ['cl\u00e9']]) {
    expect(await answerTo(...keys)).toMatchObject({ status: 400, body: { errors: [{ field: 'Idempotency-Key' }] } });
  }
});

test('while the broker is away the key is not used up, and afterwards it stands for the same notification, once', async () => {
  const [key, body] = [randomUUID(), request()];
  await bed.doors.rabbitmq.shut();
  await eventually(async () => !(await bed.instances[0].isReady()) && !(await bed.instances[1].isReady()));
  for (const instance of [0, 1, 0] as const) {
    const refused = await send(instance, body, key);
    expect([refused.status, refused.body.code]).toEqual([503, 'dependency_unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const other = await send(1, request(), key);
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  // The record of the key is the only one who knows the id by now.
  const names = await bed.redis.keys('idempotency:*');
  const ids = await Promise.all(names.map((name) => bed.redis.hget(name, 'id')));

  await bed.doors.rabbitmq.open();
  await eventually(async () => (await bed.instances[0].isReady()) && (await bed.instances[1].isReady()), 20_000);
  const accepted = await send(1, body, key);
  const { notification_id: id } = accepted.body;
  expect([accepted.status, accepted.headers.has('idempotent-replayed')]).toEqual([202, false]);
  expect(ids).toContain(id);
  const again = await send(0, body, key);
  expect([again.body.notification_id, again.headers.get('idempotent-replayed')]).toEqual([id, 'true']);
  expect(await copiesOf(id)).toEqual({ lane: 1, record: 1 });
}, 60_000);

test('without Redis a request with a key is refused and told why, one without is accepted; back again, the key still stands for what was answered', async () => {
  const [key, body] = [randomUUID(), request()];
  const first = await send(0, body, key);
  await bed.doors.redis.shut();
  for (const instance of [0, 1] as const) {
    const refused = await send(instance, body, key);
    expect([refused.status, refused.body.code]).toEqual([503, 'dependency_unavailable']);
    expect(refused.body.detail).toMatch(/idempotency keys is away: nothing was done/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send(instance, request())).status).toBe(202);
  }
  await bed.doors.redis.open();
  const again = await eventually(async () => {
    const answer = await send(1, body, key);
    return answer.status !== 503 && answer;
  });
  expect(again.body.notification_id).toBe(first.body.notification_id);
  expect(await copiesOf(first.body.notification_id)).toEqual({ lane: 1, record: 1 });
}, 60_000);

test('a Redis that hangs and then does what it was asked all the same has not used the key up', async () => {
  const [key, body] = [randomUUID(), request()];
  bed.doors.redis.mute();
  const refused = await send(0, body, key);
  expect([refused.status, refused.body.code]).toEqual([503, 'dependency_unavailable']);
  const accepted = await eventually(async () => {
    const answer = await send(1, body, key);
    expect(answer.body.code).not.toBe('request_in_flight');
    return answer.status === 202 && answer;
  }, 20_000);
  expect(await copiesOf(accepted.body.notification_id)).toEqual({ lane: 1, record: 1 });
}, 60_000);

test('once Redis has lost its data a repeat is a new notification, as documented', async () => {
  const [key, body] = [randomUUID(), request()];
  const first = await send(0, body, key);
  await bed.redis.flushdb();
  const again = await send(1, body, key);
  expect([again.status, again.headers.has('idempotent-replayed')]).toEqual([202, false]);
  expect(again.body.notification_id).not.toBe(first.body.notification_id);
});
