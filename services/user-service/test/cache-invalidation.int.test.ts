import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openUserDirectory, type UserDirectory } from '@notify/enrichment';
import { openBroker } from '@notify/messaging';
import { createServiceClient } from '@notify/service-kit';
import { createTestKit, summaryOf, timeUntil } from '@notify/testing';
import { type RunningService, runUserService } from './running-service.ts';

const CHANGES = 100;
/** What the API promises: a change applies to requests made one second later, everywhere. */
const PROMISED_MS = 1_000;

let service: RunningService;
let isServiceRunning = true;
const kits = [createTestKit('gateway'), createTestKit('worker')];
let directories: UserDirectory[];
beforeAll(async () => {
  service = await runUserService();
  directories = await Promise.all(
    kits.map(async (kit, place) => {
      const broker = await openBroker({ url: service.brokerUrl, name: `instance-${place}`, ...kit });
      const client = createServiceClient({
        service: 'user-service',
        baseUrl: service.url,
        token: service.tokenFor,
        logger: kit.logger,
      });
      return openUserDirectory(client, broker);
    }),
  );
});
afterAll(async () => {
  for (const kit of kits) await kit.lifecycle.shutdown('end of the test');
  if (isServiceRunning) await service.stop();
});

const everywhere = async (userId: string, isSo: (name: string | undefined) => boolean) => {
  const found = await Promise.all(directories.map((directory) => directory.lookUp(userId)));
  return found.every((profile) => isSo(profile?.name));
};

test('a change is known on every instance within a second', async () => {
  const userId = randomUUID();
  const timesMs: number[] = [];
  for (let change = 0; change < CHANGES; change += 1) {
    const name = `name ${change}`;
    await service.call('put', `/users/${userId}`, { name });
    timesMs.push(await timeUntil(() => everywhere(userId, (known) => known === name)));
  }
  // Past Jest, which keeps back what tests print when several files run.
  writeSync(1, `\nusers, ${CHANGES} changes on ${directories.length} instances: ${summaryOf(timesMs)}\n`);
  expect(Math.max(...timesMs)).toBeLessThan(PROMISED_MS);
});

test('nobody who was erased is served a second later', async () => {
  for (let round = 0; round < 20; round += 1) {
    const userId = randomUUID();
    await service.call('put', `/users/${userId}`, { name: 'Ada' });
    expect(await everywhere(userId, (name) => name === 'Ada')).toBe(true);
    await service.call('delete', `/users/${userId}`);
    expect(await timeUntil(() => everywhere(userId, (name) => name === undefined))).toBeLessThan(PROMISED_MS);
    expect(await directories[0]?.lookUp(userId)).toBeUndefined();
  }
});

// Last: it ends the service.
test('who is remembered can be looked up while user-service is away, who is not can not', async () => {
  const [userId, later] = [randomUUID(), randomUUID()];
  await service.call('put', `/users/${userId}`, { name: 'Ada' });
  // Events come in their order: once a later one has been heard, Ada's has been too, and will not make anybody forget her again.
  for (const name of ['one', 'two']) {
    await service.call('put', `/users/${later}`, { name });
    await timeUntil(() => everywhere(later, (known) => known === name));
  }
  expect(await everywhere(userId, (name) => name === 'Ada')).toBe(true);
  await service.stop();
  isServiceRunning = false;
  expect(await everywhere(userId, (name) => name === 'Ada')).toBe(true);
  await expect(directories[0]?.lookUp(randomUUID())).rejects.toMatchObject({ code: 'dependency_unavailable' });
});
