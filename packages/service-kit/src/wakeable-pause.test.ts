import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createWakeablePause } from './wakeable-pause.ts';

const LONG_MS = 3_600_000;

test('a pause ends when it is woken, and the next one lasts again', async () => {
  const { wake, pause } = createWakeablePause();
  const pausing = pause(LONG_MS);
  wake();
  await pausing;
  const next = pause(LONG_MS).then(() => 'over');
  expect(await Promise.race([next, sleep(20, 'lasts')])).toBe('lasts');
  wake();
});

test('who is woken while at work does not pause afterwards', async () => {
  const { wake, pause } = createWakeablePause();
  wake();
  await pause(LONG_MS);
});

test('a pause that nobody ends is over by itself', async () => {
  const startedAt = performance.now();
  await createWakeablePause().pause(30);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(25);
});
