import { expect, test } from '@jest/globals';
import { AppError } from '@notify/contracts';
import { encodeCursor } from '@notify/service-kit';
import fc from 'fast-check';
import { readListCursor, UUID_PATTERN } from './list-cursor.ts';

const createdAt = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const place = fc.record({ createdAt, id: fc.uuid() });

test('the place of any row comes back from its cursor', () => {
  fc.assert(
    fc.property(place, ({ createdAt, id }) => {
      expect(readListCursor(encodeCursor([createdAt, id]))).toEqual({ createdAt, id });
    }),
  );
});

test('a cursor that somebody changed is a 400, or a place that the database understands', () => {
  const changed = fc.tuple(place, fc.nat(), fc.stringMatching(/^[\w-]$/)).map(([{ createdAt, id }, at, character]) => {
    const cursor = encodeCursor([createdAt, id]);
    const index = at % cursor.length;
    return cursor.slice(0, index) + character + cursor.slice(index + 1);
  });
  const madeUp = fc.tuple(fc.string(), fc.string()).map(encodeCursor);
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: changed }, madeUp), (cursor) => {
      try {
        const read = readListCursor(cursor);
        expect(new Date(read.createdAt).toISOString()).toBe(read.createdAt);
        expect(read.id).toMatch(UUID_PATTERN);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        expect(error).toMatchObject({ status: 400, errors: [{ field: 'cursor' }] });
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  '2026-02-30T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '2026-01-01T24:00:00.000Z',
])('a cursor with the time %s is a 400: the database would refuse it, or never have written it', (time) => {
  const cursor = encodeCursor([time, '00000000-0000-7000-8000-000000000000']);
  expect(() => readListCursor(cursor)).toThrow(expect.objectContaining({ status: 400 }));
});
