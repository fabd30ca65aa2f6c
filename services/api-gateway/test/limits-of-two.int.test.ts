import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { laneQueue, NOTIFICATIONS_EXCHANGE } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { type Answer, type GatewayBed, openGatewayBed } from './gateway-bed.ts';

const PER_KEY = 40;
const PER_ADDRESS = 20;
const LANE_LIMIT = 5;

let bed: GatewayBed;

beforeAll(async () => {
  bed = await openGatewayBed({
    RATE_LIMIT_PER_KEY: String(PER_KEY),
    RATE_LIMIT_PER_ADDRESS: String(PER_ADDRESS),
    LANE_DEPTH_LIMIT: String(LANE_LIMIT),
  });
}, 60_000);
afterAll(() => bed.close(), 60_000);

const TYPES = '/api/v1/notification_types';
const NO_KEY = { authorization: '' };

type Ask = (instance: 0 | 1) => Promise<Answer>;

/** Waits for the first moment of a window, which costs one of its requests; `quota` is that of the policy that comes first. */
async function nextWindow(ask: Ask, instance: 0 | 1, quota: number): Promise<void> {
  await eventually(async () => (await ask(instance)).headers.get('ratelimit')?.includes(`;r=${quota - 1};`));
}

/** Requests at once, over both instances. On a busy machine until all of them fall into the window that `begin` waited for. */
const burst = (total: number, ask: Ask, begin: () => Promise<void>): Promise<Answer[]> =>
  eventually(async () => {
    await begin();
    const startedAt = Date.now();
    const answers = await Promise.all(Array.from({ length: total }, (_, index) => ask(index % 2 === 0 ? 0 : 1)));
    return Date.now() - startedAt < 900 && answers;
  }, 30_000);
const askTypes: Ask = (instance) => bed.instances[instance].ask('GET', TYPES);
const askWithoutKey: Ask = (instance) => bed.instances[instance].ask('GET', TYPES, undefined, NO_KEY);
const count = (answers: Answer[], status: number) => answers.filter((answer) => answer.status === status).length;

test('two instances together let exactly the limit of a key through, and tell the others when to come again', async () => {
  const answers = await burst(100, askTypes, () => nextWindow(askTypes, 0, PER_KEY));
  expect([count(answers, 200), count(answers, 429)]).toEqual([PER_KEY - 1, 101 - PER_KEY]);
  for (const { headers, body } of answers.filter(({ status }) => status === 429)) {
    expect(body).toMatchObject({ code: 'rate_limited', policy: 'key', detail: expect.stringContaining('"key"') });
    expect(headers.get('retry-after')).toBe('1');
    expect(headers.get('ratelimit')).toMatch(/^"key";r=0;t=1, /);
  }
  const left = answers.filter(({ status }) => status === 200).map(({ headers }) => headers.get('ratelimit'));
  expect(new Set(left).size).toBe(PER_KEY - 1);
});

test('while Redis is away each instance counts for itself, and afterwards they count together again', async () => {
  await bed.doors.redis.shut();
  const answers = await burst(140, askTypes, async () => {
    await nextWindow(askTypes, 0, PER_KEY);
    await nextWindow(askTypes, 1, PER_KEY);
  });
  expect(count(answers, 200)).toBe(2 * (PER_KEY - 1));
  await bed.doors.redis.open();
  await eventually(async () => {
    const together = await burst(100, askTypes, () => nextWindow(askTypes, 0, PER_KEY));
    return count(together, 200) === PER_KEY - 1;
  }, 30_000);
});

test('every answer of the API tells where its caller stands: accepted, refused, without a key, to no path, with no JSON', async () => {
  const [gateway] = bed.instances;
  const counted = async (policy: string, expected: number, ...request: Parameters<typeof gateway.ask>) => {
    const { status, headers } = await gateway.ask(...request);
    expect([request, status]).toEqual([request, expected]);
    expect(headers.get('ratelimit-policy')).toMatch(new RegExp(`^"${policy}";q=\\d+;w=1`));
    expect(headers.get('ratelimit')).toMatch(new RegExp(`^"${policy}";r=\\d+;t=\\d+`));
  };
  await nextWindow(askTypes, 0, PER_KEY);
  await counted('key', 200, 'GET', TYPES);
  await counted('key', 400, 'POST', '/api/v1/notifications', {});
  await counted('address', 401, 'GET', TYPES, undefined, NO_KEY);
  await counted('address', 401, 'GET', TYPES, undefined, {
    authorization: `Bearer nk_test_somebody_${'x'.repeat(43)}`,
  });
  await counted('address', 404, 'GET', '/api/v1/nothing');
  await counted('address', 400, 'POST', '/api/v1/notifications', '{"to":');
  await counted('address', 413, 'POST', '/api/v1/notifications', { text: 'x'.repeat(300_000) });
});

test('who tries keys is refused by the address, over both instances, and those with a key are not', async () => {
  const answers = await burst(50, askWithoutKey, () => nextWindow(askWithoutKey, 0, PER_ADDRESS));
  expect([count(answers, 401), count(answers, 429)]).toEqual([PER_ADDRESS - 1, 51 - PER_ADDRESS]);
  expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ code: 'rate_limited', policy: 'address' });
  expect((await bed.instances[0].ask('GET', TYPES)).status).toBe(200);
});

test.each([
  ['GET', ''],
  ['POST', ''],
  ['POST', '/preferences'],
])('%s of a preference page%s is limited by the address that asks, and says so on a page', async (method, form) => {
  const askPage: Ask = (instance) => bed.instances[instance].ask(method, `/u/none-of-ours${form}`, undefined, NO_KEY);
  const answers = await burst(50, askPage, () => nextWindow(askPage, 0, PER_ADDRESS));
  expect([count(answers, 404), count(answers, 429)]).toEqual([PER_ADDRESS - 1, 51 - PER_ADDRESS]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect(refused?.headers.get('content-type')).toMatch(/^text\/html/);
  expect(refused?.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(refused?.body).toContain('Please try again in a moment');
});

test('both instances refuse a lane that is too deep until it is worked off, never a critical one, and show how deep it is', async () => {
  const lane = laneQueue('email', 'medium');
  const send = (instance: 0 | 1, priority: string) =>
    bed.instances[instance].ask('POST', '/api/v1/notifications', {
      to: { email: 'person@sandbox.test' },
      content: { title: 'T', body: 'B' },
      priority,
    });
  const message = { exchange: NOTIFICATIONS_EXCHANGE, routingKey: 'email.medium', body: {} };
  for (let index = 0; index <= LANE_LIMIT; index += 1) await bed.broker.publish({ ...message, messageId: `${index}` });

  for (const instance of [0, 1] as const) {
    await eventually(async () =>
      (await bed.instances[instance].metrics()).includes(`{lane="${lane}",service="api-gateway"} 6`),
    );
    const refused = await send(instance, 'medium');
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'dependency_unavailable',
      '10',
    ]);
    expect(refused.body.detail).toContain(lane);
    expect((await send(instance, 'critical')).status).toBe(202);
    expect((await send(instance, 'low')).status).toBe(202);
  }
  await bed.collect(lane);
  for (const instance of [0, 1] as const) await eventually(async () => (await send(instance, 'medium')).status === 202);
});

test('an item of a batch that may have been taken names its id, and the same key settles it under that id', async () => {
  const lane = laneQueue('sms', 'low');
  const message = { exchange: NOTIFICATIONS_EXCHANGE, routingKey: 'sms.low', body: {} };
  for (let index = 0; index <= LANE_LIMIT; index += 1) await bed.broker.publish({ ...message, messageId: `${index}` });
  const item = { to: { phone: '+14155550123' }, content: { body: 'B' } };
  const notifications = [{ ...item, priority: 'low' }, { ...item, priority: 'critical' }, item.to];
  const [gateway] = bed.instances;
  const headers = { 'idempotency-key': randomUUID() };
  const send = () => gateway.ask('POST', '/api/v1/notifications/batch', { notifications }, headers);
  await eventually(async () => (await gateway.metrics()).includes(`{lane="${lane}",service="api-gateway"} 6`));

  const first = await send();
  expect([first.status, first.body.accepted, first.body.rejected]).toEqual([202, 1, 2]);
  const [unsettled, taken, refused] = first.body.results;
  expect(unsettled.error).toMatchObject({ code: 'dependency_unavailable', notification_id: expect.any(String) });
  expect(refused.error).not.toHaveProperty('notification_id');
  await bed.collect(lane);
  const settled = await eventually(async () => {
    const answer = await send();
    return answer.body.accepted === 2 && answer;
  });
  expect(settled.headers.has('idempotent-replayed')).toBe(false);
  expect(settled.body.results).toMatchObject([
    { index: 0, notification_id: unsettled.error.notification_id },
    taken,
    { index: 2, error: { code: 'validation_failed' } },
  ]);
  const again = await send();
  expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([settled.body, 'true']);
});

test('an item of a batch that would be too large alone is refused, and costs the others nothing', async () => {
  const item = (body: string) => ({
    to: { email: 'person@sandbox.test' },
    content: { title: 'T', body },
    priority: 'high',
  });
  const notifications = [{ ...item('B'), metadata: { text: 'x'.repeat(300_000) } }, item('B')];
  const answer = await bed.instances[0].ask('POST', '/api/v1/notifications/batch', { notifications });
  expect(answer).toMatchObject({ status: 202, body: { accepted: 1, rejected: 1 } });
  expect(answer.body.results[0]).toMatchObject({ error: { code: 'payload_too_large', status: 413 } });
});
