import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { lastLines, linesOfLastLife } from './log-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'notify-log-lines-'));
const file = join(folder, 'a.log');
afterAll(() => rmSync(folder, { recursive: true }));

test('only what was written since the last start is shown, with its end', () => {
  writeFileSync(file, 'one\n[supervisor] ended: code 1\ntwo\nthree\n[supervisor] ended: code 1\n');
  expect(linesOfLastLife(file, 20)).toEqual(['two', 'three', '[supervisor] ended: code 1']);
  expect(linesOfLastLife(file, 2)).toEqual(['three', '[supervisor] ended: code 1']);
});

test('a process that still runs shows what it wrote after the last end', () => {
  writeFileSync(file, 'one\n[supervisor] ended: SIGKILL\ntwo\n');
  expect(linesOfLastLife(file, 20)).toEqual(['two']);
});

test('a log that does not exist has no lines', () => {
  expect(lastLines(join(folder, 'none.log'), 5)).toEqual([]);
});
