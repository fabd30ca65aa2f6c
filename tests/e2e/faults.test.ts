import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { killProcess, processId, restarted } from './running-processes.ts';
import { type AnyAnswer, api, arrived, createUser, freshEmail, freshPhone, settled, unique } from './system.ts';

const content = { title: 'T', body: 'B' };
const CONCURRENCY = 32;
/** A worker that died inside a provider call is given up after its call's deadline, and the message waits on a rung meanwhile. */
const RECOVERY_TIMEOUT_MS = 120_000;

type Request = Record<string, unknown>;

/** What became of a load: the ids that were accepted, and every answer that was not a 202. */
interface Load {
  accepted: string[];
  refused: AnyAnswer[];
  /** The gateway itself was gone: the client never got an answer. */
  cutOff: number;
}

const toEmail = (): Request => ({ to: { email: freshEmail() }, content });

/** Runs `work` for 0 to `total` - 1, some at a time. */
async function forEach(total: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < total) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Sends `total` notifications, and runs `fault` when a third of them is on the way. */
async function loadWith(
  total: number,
  fault: () => void,
  { requestOf = toEmail, pauseMs = 0 }: { requestOf?: (index: number) => Request; pauseMs?: number } = {},
): Promise<Load> {
  const load: Load = { accepted: [], refused: [], cutOff: 0 };
  await forEach(total, async (index) => {
    if (index === Math.floor(total / 3)) fault();
    try {
      const answer = await api('POST', '/api/v1/notifications', requestOf(index));
      if (answer.status === 202) load.accepted.push(answer.body.notification_id);
      else load.refused.push(answer);
    } catch {
      load.cutOff += 1;
    }
    if (pauseMs > 0) await sleep(pauseMs);
  });
  return load;
}

/** How often a notification arrived at a vendor. */
const copiesAtVendor = async (id: string) => (await arrived({ notification_id: id })).length;

/** Every accepted one is settled; which are not or never arrived, and how many arrived more than once. */
async function verify(
  { accepted }: Load,
  copiesOf = copiesAtVendor,
): Promise<{ lost: string[]; unknown: number; duplicated: number }> {
  const deadline = Date.now() + RECOVERY_TIMEOUT_MS;
  const lost: string[] = [];
  let unknown = 0;
  let duplicated = 0;
  for (const id of accepted) {
    try {
      const { status } = await settled(id, Math.max(1_000, deadline - Date.now()));
      const copies = await copiesOf(id);
      if (status === 'unknown') unknown += 1;
      else if (copies === 0 || !['sent', 'delivered'].includes(status)) lost.push(id);
      if (copies > 1) duplicated += copies - 1;
    } catch {
      lost.push(id);
    }
  }
  return { lost, unknown, duplicated };
}

describe('kill -9 while 1,000 notifications are on their way loses none', () => {
  const TOTAL = 1_000;
  /** A duplicate is possible only for a provider call that was under way: no more than the worker's slots. */
  const SLOTS = 64;

  async function killUnderLoad(name: string, requestOf?: (index: number) => Request, copiesOf?: typeof copiesAtVendor) {
    const pid = processId(name);
    const load = await loadWith(TOTAL, () => killProcess(name), { requestOf });
    await restarted(name, pid);
    for (const answer of load.refused) expect(answer.status).toBe(503);
    expect(load.accepted.length).toBeGreaterThan(TOTAL / 4);
    const result = await verify(load, copiesOf);
    expect(result.lost).toEqual([]);
    return result;
  }

  test.each<[string, () => Request]>([
    ['email-service', toEmail],
    ['sms-service', () => ({ to: { phone: freshPhone() }, content })],
    ['push-service', () => ({ to: { device_tokens: [unique('token')] }, content })],
  ])(
    '%s',
    async (name, requestOf) => {
      expect((await killUnderLoad(name, requestOf)).duplicated).toBeLessThanOrEqual(SLOTS);
    },
    300_000,
  );

  test.each(['status-service', 'api-gateway'])(
    '%s, and sends none twice',
    async (name) => {
      expect((await killUnderLoad(name)).duplicated).toBe(0);
    },
    300_000,
  );

  test('user-service, with a user for each that nobody has asked for before', async () => {
    const users: string[] = [];
    await forEach(TOTAL, async (index) => {
      users[index] = await createUser({ email: freshEmail() });
    });
    const requestOf = (index: number) => ({ user_id: users[index], content, channels: ['email'] });
    expect((await killUnderLoad('user-service', requestOf)).duplicated).toBe(0);
  }, 300_000);

  test('template-service, with templates that nobody has asked for before', async () => {
    const PER_TEMPLATE = 10;
    const codes: string[] = [];
    await forEach(TOTAL / PER_TEMPLATE, async (index) => {
      const code = unique('fault');
      await api('POST', '/api/v1/templates', { code });
      await api('PUT', `/api/v1/templates/${code}/draft/en`, { sms: { text: 'Hello {{ name }}' } });
      expect((await api('POST', `/api/v1/templates/${code}/publish`, {})).status).toBe(201);
      codes[index] = code;
    });
    const requestOf = (index: number) => ({
      to: { phone: freshPhone() },
      template: { code: codes[Math.floor(index / PER_TEMPLATE)] },
      variables: { name: 'Ada' },
    });
    expect((await killUnderLoad('template-service', requestOf)).duplicated).toBe(0);
  }, 300_000);

  test('in-app-service, and no inbox shows one twice', async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => createUser({})));
    const shown = new Map<string, number>();
    const copiesInInboxes = async (id: string) => {
      if (!shown.has(id)) {
        shown.clear();
        for (const user of users) {
          const { body } = await api('GET', `/api/v1/users/${user}/inbox?limit=200`);
          for (const { notification_id: each } of body.data) shown.set(each, (shown.get(each) ?? 0) + 1);
        }
      }
      return shown.get(id) ?? 0;
    };
    const requestOf = (index: number) => ({ user_id: users[index % users.length], content, channels: ['in_app'] });
    expect((await killUnderLoad('in-app-service', requestOf, copiesInInboxes)).duplicated).toBe(0);
  }, 300_000);
});

test('when the broker is killed under load, what was accepted arrives, and requests in the gap get 503 with Retry-After', async () => {
  const pid = processId('rabbitmq');
  // Slow enough that requests go on while the broker is away.
  const load = await loadWith(1_500, () => killProcess('rabbitmq'), { pauseMs: 100 });
  await restarted('rabbitmq', pid);
  expect(load.cutOff).toBe(0);
  expect(load.refused.length).toBeGreaterThan(0);
  for (const answer of load.refused) {
    expect(answer).toMatchObject({ status: 503, body: { code: 'dependency_unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const result = await verify(load);
  expect(result.lost).toEqual([]);
  expect(result.duplicated).toBeLessThanOrEqual(64);
  // The services found the broker again by themselves.
  await eventually(
    async () => (await api('POST', '/api/v1/notifications', { to: { email: freshEmail() }, content })).status === 202,
    30_000,
  );
}, 300_000);

test('while Redis is away notifications are accepted, wait, and are sent once it is back', async () => {
  const pid = processId('redis');
  const load = await loadWith(300, () => killProcess('redis'));
  await restarted('redis', pid);
  const result = await verify(load);
  expect(result.lost).toEqual([]);
  expect(result.duplicated).toBeLessThanOrEqual(64);
}, 300_000);
