import { expect, test } from '@jest/globals';
import { parseMemory } from './container-memory.ts';

test('memory is read in every unit, and a container that ended meanwhile has none', () => {
  const lines = 'aa 512KiB / 1GiB\nbb 45.5MiB / 1GiB\ncc 1.5GiB / 2GiB\ndd 0B / 0B\nee -- / --\n';
  expect(Object.fromEntries(parseMemory(lines))).toEqual({ aa: 524_288, bb: 45.5 * 2 ** 20, cc: 1.5 * 2 ** 30 });
});
