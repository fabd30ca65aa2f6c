import { expect, test } from '@jest/globals';
import { AppError } from '@notify/contracts';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, listAnswer } from './cursor.ts';

const anyText = () => true;
const parts = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 });

test('any sort key comes back from its cursor as it was', () => {
  fc.assert(
    fc.property(parts, (key) => {
      const cursor = encodeCursor(key);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(cursor, ...key.map(() => anyText))).toEqual(key);
    }),
  );
});

test('what is no cursor of the list is a 400 that names the field, and nothing else ever', () => {
  const forged = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.jsonValue().map((json) => Buffer.from(JSON.stringify(json)).toString('base64url')),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
    parts.map((key) => encodeCursor(key).slice(0, -2)),
    parts.map(encodeCursor),
  );
  fc.assert(
    fc.property(forged, (cursor) => {
      let thrown: unknown;
      try {
        decodeCursor(cursor, (part) => part === 'ours');
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(AppError);
      expect(thrown).toMatchObject({ status: 400, errors: [{ field: 'cursor', code: 'invalid_cursor' }] });
    }),
    { numRuns: 500 },
  );
});

test('a walk through a list by its cursors meets every row once, whatever the size of a page', () => {
  const rows = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 30 }).map((keys) => keys.sort());
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 10 }), (all, limit) => {
      const met: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const [after] = cursor === undefined ? [] : decodeCursor(cursor, anyText);
        const found = all.filter((key) => after === undefined || key > after).slice(0, limit + 1);
        const page = listAnswer(
          found,
          limit,
          (key) => [key],
          (key) => key,
        );
        expect(page.data.length).toBeLessThanOrEqual(limit);
        met.push(...page.data);
        cursor = page.meta.next_cursor;
      }
      expect(met).toEqual(all);
    }),
  );
});
