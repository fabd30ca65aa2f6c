import { expect, test } from '@jest/globals';
import { check, validate } from '../validate.ts';
import { sendRequestSchema } from './notifications.ts';

const request = { to: { email: 'a@example.com' }, content: { title: 'T', body: 'B' } };
const priorityOf = (priority: unknown) => validate(sendRequestSchema, { ...request, priority }).priority;

test('a priority is taken in any case, and normal means medium', () => {
  expect(['HIGH', 'low', 'Critical', 'normal', 'NORMAL', 'medium', undefined].map(priorityOf)).toEqual([
    'high',
    'low',
    'critical',
    'medium',
    'medium',
    'medium',
    'medium',
  ]);
});

test('a value of the wrong type is one problem, not two', () => {
  expect(check(sendRequestSchema, { ...request, priority: 7 }).errors).toMatchObject([{ field: 'priority' }]);
});

test.each(['+14155550123', '+442079460958', '+2348012345678'])('%s is a possible phone number', (phone) => {
  expect(check(sendRequestSchema, { ...request, to: { phone } }).errors).toBeUndefined();
});

test.each(['14155550123', '+1 415 555 0123', '+1415', 'tel:+14155550123', '+0123456789'])(
  '%s is no E.164 number',
  (phone) => {
    expect(check(sendRequestSchema, { ...request, to: { phone } }).errors).toMatchObject([{ field: 'to.phone' }]);
  },
);

test('a device that is named twice is sent to once', () => {
  const result = check(sendRequestSchema, { ...request, to: { device_tokens: ['a', 'b', 'a'] } });
  expect(result).toMatchObject({ value: { to: { device_tokens: ['a', 'b'] } } });
});

test('a confirmation has no meaning with mode all, however that is written', () => {
  const wish = { to: { email: 'a@example.com' }, content: { body: 'b' }, confirm_within_seconds: 60 };
  expect(check(sendRequestSchema, wish).errors).toBeUndefined();
  expect(check(sendRequestSchema, { ...wish, mode: 'ALL' }).errors).toMatchObject([
    { field: 'confirm_within_seconds' },
  ]);
});

test('a time says its offset from UTC, or is refused: it would mean another moment on another server', () => {
  const sentAt = (time: unknown) => check(sendRequestSchema, { ...request, send_at: time });
  for (const time of ['2026-12-01T09:00:00Z', '2026-12-01T09:00:00.5+01:00', new Date()]) {
    expect(sentAt(time).errors).toBeUndefined();
  }
  for (const time of ['2026-12-01T09:00:00', '2026-12-01', '2026-12-01T09:00', '20261201T090000+01']) {
    expect(sentAt(time).errors).toMatchObject([{ field: 'send_at' }]);
  }
});

test('metadata has at most 16 KiB, counted in bytes', () => {
  const withNote = (note: string) => check(sendRequestSchema, { ...request, metadata: { note } });
  expect(withNote('x'.repeat(16_000)).errors).toBeUndefined();
  expect(withNote('\u20ac'.repeat(16_000)).errors).toMatchObject([{ field: 'metadata', code: 'object_bytes' }]);
});
