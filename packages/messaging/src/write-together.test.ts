import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { writeTogether } from './write-together.ts';

/** Notes what leaves together. */
function notingStream(highWaterMark?: number): { stream: Writable; calls: string[] } {
  const calls: string[] = [];
  const stream = new Writable({
    highWaterMark,
    write(chunk, _encoding, done) {
      calls.push(String(chunk));
      done();
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join('+'));
      done();
    },
  });
  writeTogether(stream);
  return { stream, calls };
}

test('what one turn writes leaves at its end, in its order, promises that it settles included', async () => {
  const { stream, calls } = notingStream();
  stream.write('a');
  stream.write('b');
  await Promise.resolve().then(() => stream.write('c'));
  await nextTurn();
  stream.write('d');
  expect(calls).toEqual(['a+b+c']);
  await nextTurn();
  expect(calls).toEqual(['a+b+c', 'd']);
});

test('who writes is told to wait, and to go on, as before', async () => {
  const { stream, calls } = notingStream(2);
  expect(stream.write('a')).toBe(true);
  expect(stream.write('b')).toBe(false);
  await once(stream, 'drain');
  expect(calls).toEqual(['a+b']);
  expect(stream.write('c')).toBe(true);
});

test('the end does not overtake what was written before it', async () => {
  const { stream, calls } = notingStream();
  stream.write('a');
  stream.end('b');
  await once(stream, 'finish');
  expect(calls).toEqual(['a+b']);
});
