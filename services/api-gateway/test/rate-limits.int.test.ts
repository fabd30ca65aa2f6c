import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openRedis } from '@notify/service-kit';
import { createTestKit, eventually, testRedisUrl } from '@notify/testing';
import express from 'express';
import type { Redis } from 'ioredis';
import supertest from 'supertest';
import { createRateLimits, type RateLimitPolicy } from '../src/rate-limits.ts';

let kit: ReturnType<typeof createTestKit>;
let redis: Redis;

beforeEach(async () => {
  kit = createTestKit('rate-limits-test');
  redis = await openRedis(testRedisUrl(), kit.logger, kit.lifecycle);
});
afterEach(() => kit.lifecycle.shutdown('test'));

/** A gateway instance in small: every request is charged under all policies. */
function instance(policies: RateLimitPolicy[]) {
  const limits = createRateLimits(policies, redis, kit.logger);
  const app = express().use(async (request, response) => {
    try {
      await limits.charge(
        policies.map(({ name }) => ({ policy: name, id: String(request.headers['x-caller']) })),
        response,
      );
      response.end();
    } catch (error) {
      const { status, retryAfterSeconds, extra } = error as {
        status: number;
        retryAfterSeconds: number;
        extra: unknown;
      };
      response.status(status).json({ retryAfterSeconds, extra });
    }
  });
  return (caller: string) => supertest(app).get('/').set('x-caller', caller);
}
const policy = (name: string, quota: number): RateLimitPolicy => ({ name, quota, windowSeconds: 60 });

test('two instances count together, each caller for itself, and say which policy was hit and when to come again', async () => {
  const policies = [policy(randomUUID(), 3), policy('wide', 1_000_000)];
  const [one, other] = [instance(policies), instance(policies)];
  const answers = [await one('a'), await other('a'), await one('a'), await other('a')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers[3]?.body.extra).toEqual({ policy: policies[0]?.name });
  expect(answers[3]?.body.retryAfterSeconds).toBeGreaterThan(0);
  expect(answers[3]?.body.retryAfterSeconds).toBeLessThanOrEqual(60);
  expect((await other('b')).status).toBe(200);
});

test('every answer says how much is left under each policy', async () => {
  const narrow = policy(randomUUID(), 2);
  const { headers } = await instance([narrow, policy('off', 0)])('a');
  expect(headers['ratelimit-policy']).toBe(`"${narrow.name}";q=2;w=60`);
  expect(headers['ratelimit']).toMatch(new RegExp(`^"${narrow.name}";r=1;t=\\d+$`));
});

test('without Redis each instance counts for itself', async () => {
  const policies = [policy(randomUUID(), 2)];
  const [one, other] = [instance(policies), instance(policies)];
  redis.disconnect();
  await eventually(() => redis.status === 'end');
  const statuses = [];
  for (const ask of [one, one, one, other]) statuses.push((await ask('a')).status);
  expect(statuses).toEqual([200, 200, 429, 200]);
});
