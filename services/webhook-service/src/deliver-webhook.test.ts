import { expect, test } from '@jest/globals';
import { askedForMs } from './deliver-webhook.ts';

const now = Date.parse('2026-12-01T09:00:00Z');
const asked = (status: number, retryAfter?: string) => askedForMs({ status, retryAfter }, now);

test('Retry-After is in seconds or a date', () => {
  expect(asked(503, '120')).toBe(120_000);
  expect(asked(429, 'Tue, 01 Dec 2026 09:05:00 GMT')).toBe(300_000);
});

test('a time that is over, and what is no time, asks for nothing', () => {
  for (const value of ['Tue, 01 Dec 2026 08:00:00 GMT', 'soon', '-5', '', undefined]) {
    expect([value, asked(503, value)]).toEqual([value, undefined]);
  }
});

test('only 429 and 503 may ask', () => {
  expect([asked(500, '120'), asked(302, '120'), askedForMs({ error: 'timeout' }, now)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
