import { expect, test } from '@jest/globals';
import type { Priority } from '@notify/contracts';
import { createSlots } from './slots.ts';

/** Starts `count` calls that last until `finish`, and tells how many got a slot. */
function occupy(slots: ReturnType<typeof createSlots>, priority: Priority, count: number) {
  let running = 0;
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const calls = Array.from({ length: count }, () =>
    slots(priority, () => {
      running += 1;
      return opened;
    }),
  );
  return {
    running: () => running,
    finish() {
      open();
      return Promise.all(calls);
    },
  };
}
const turn = () => new Promise(setImmediate);

test('a flood of low ones holds half of the slots, and with medium ones three quarters', async () => {
  const slots = createSlots(8);
  const low = occupy(slots, 'low', 100);
  await turn();
  expect(low.running()).toBe(4);
  const medium = occupy(slots, 'medium', 100);
  await turn();
  expect(low.running() + medium.running()).toBe(6);
  const critical = occupy(slots, 'critical', 2);
  await turn();
  expect(critical.running()).toBe(2);
  await Promise.all([low.finish(), medium.finish(), critical.finish()]);
});

test.each([1, 2, 3])('every priority gets through with %i slots', async (size) => {
  const slots = createSlots(size);
  const done: Priority[] = [];
  await Promise.all(
    (['low', 'medium', 'high', 'critical'] as const).map((priority) =>
      slots(priority, async () => void done.push(priority)),
    ),
  );
  expect(done.sort()).toEqual(['critical', 'high', 'low', 'medium']);
});
