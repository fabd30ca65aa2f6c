import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { type AnyAnswer, api, arrived, freshEmail, killProcess, processOf, restarted, settled } from './system.ts';

const content = { title: 'T', body: 'B' };
const CONCURRENCY = 32;
/** A worker that died inside a provider call is given up after its call's deadline, and the message waits on a rung meanwhile. */
const RECOVERY_TIMEOUT_MS = 120_000;

interface Sent {
  id: string;
  email: string;
}

/** What became of a load: accepted ones by id, and every answer that was not a 202. */
interface Load {
  accepted: Sent[];
  refused: AnyAnswer[];
  /** The gateway itself was gone: the client never got an answer. */
  cutOff: number;
}

/** Sends `total` notifications, and runs `fault` when a third of them is on the way. */
async function loadWith(total: number, fault: () => void | Promise<void>, pauseMs = 0): Promise<Load> {
  const load: Load = { accepted: [], refused: [], cutOff: 0 };
  let next = 0;
  let faulted: Promise<void> | undefined;
  async function client(): Promise<void> {
    while (next < total) {
      next += 1;
      if (next === Math.floor(total / 3)) faulted = Promise.resolve(fault());
      const email = freshEmail();
      try {
        const answer = await api('POST', '/api/v1/notifications', { to: { email }, content });
        if (answer.status === 202) load.accepted.push({ id: answer.body.notification_id, email });
        else load.refused.push(answer);
      } catch {
        load.cutOff += 1;
      }
      if (pauseMs > 0) await sleep(pauseMs);
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  await faulted;
  return load;
}

/** Every accepted one is settled; how many of them arrived more than once. */
async function verify({ accepted }: Load): Promise<{ lost: Sent[]; unknown: number; duplicated: number }> {
  const deadline = Date.now() + RECOVERY_TIMEOUT_MS;
  const lost: Sent[] = [];
  let unknown = 0;
  let duplicated = 0;
  for (const sent of accepted) {
    try {
      const notification = await settled(sent.id, Math.max(1_000, deadline - Date.now()));
      const copies = (await arrived({ to: sent.email })).length;
      if (notification.status === 'unknown') unknown += 1;
      else if (copies === 0 || notification.status !== 'sent') lost.push(sent);
      if (copies > 1) duplicated += copies - 1;
    } catch {
      lost.push(sent);
    }
  }
  return { lost, unknown, duplicated };
}

describe('kill -9 while 1,000 notifications are on their way loses none', () => {
  // A duplicate is possible only for a provider call that was under way: no more than the worker's slots.
  test.each([
    ['email-service', 64],
    ['status-service', 0],
    ['api-gateway', 0],
    ['user-service', 0],
    ['template-service', 0],
  ])(
    '%s',
    async (name, mostDuplicates) => {
      const { pid } = processOf(name);
      const load = await loadWith(1_000, () => killProcess(name));
      await restarted(name, pid);
      for (const answer of load.refused) expect(answer.status).toBe(503);
      expect(load.accepted.length).toBeGreaterThan(300);
      const result = await verify(load);
      expect(result.lost).toEqual([]);
      expect(result.duplicated).toBeLessThanOrEqual(mostDuplicates);
    },
    300_000,
  );
});

test('when the broker is killed under load, what was accepted arrives, and requests in the gap get 503 with Retry-After', async () => {
  const { pid } = processOf('rabbitmq');
  // Slow enough that requests go on while the broker is away.
  const load = await loadWith(1_500, () => killProcess('rabbitmq'), 100);
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
  const { pid } = processOf('redis');
  const load = await loadWith(300, () => killProcess('redis'));
  await restarted('redis', pid);
  const result = await verify(load);
  expect(result.lost).toEqual([]);
  expect(result.duplicated).toBeLessThanOrEqual(64);
}, 300_000);
