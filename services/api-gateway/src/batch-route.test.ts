import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7, version } from 'uuid';
import { itemId } from './batch-route.ts';

test("a batch's items have ids of their own, the same each time, still version 7 and of the batch's time", () => {
  fc.assert(
    fc.property(
      fc.constant(null).map(() => uuidv7()),
      (batch) => {
        const ids = Array.from({ length: 1000 }, (_, index) => itemId(batch, index));
        expect(new Set(ids).size).toBe(1000);
        expect(ids[7]).toBe(itemId(batch, 7));
        for (const id of ids) {
          expect(version(id)).toBe(7);
          expect(id.slice(0, 13)).toBe(batch.slice(0, 13));
        }
      },
    ),
    { numRuns: 20 },
  );
  expect(itemId('01930000-0000-7000-8000-0000ffffffff', 1)).toBe('01930000-0000-7000-8000-000000000000');
});
