import { expect, test } from '@jest/globals';
import type { AttemptJson, SyncReplyJson } from '@notify/contracts';
import { syncAnswer } from './sync-answer.ts';

const attempt = (channel: 'email' | 'sms', error_class?: AttemptJson['error_class']): AttemptJson => ({
  channel,
  provider: 'p',
  epoch: 0,
  hop: 0,
  attempt: 1,
  status: error_class === undefined ? 'sent' : 'failed',
  error_class,
  started_at: '2026-01-01T00:00:00.000Z',
  duration_ms: 1,
});
const reply = (overrides: Partial<SyncReplyJson>): SyncReplyJson => ({
  version: 1,
  notification_id: 'n',
  status: 'sent',
  channel: 'email',
  attempts: [attempt('email')],
  ...overrides,
});

test('email taken by the provider is 200', () => {
  expect(syncAnswer(reply({}))).toMatchObject({ status: 200, body: { channel: 'email', fallback_used: false } });
});

test('SMS after a failed email is 207 with both attempts', () => {
  const attempts = [attempt('email', 'recipient'), attempt('sms')];
  expect(syncAnswer(reply({ channel: 'sms', attempts }))).toMatchObject({
    status: 207,
    body: { channel: 'sms', fallback_used: true, attempts },
  });
});

test('SMS alone, because there is no email address, is no fallback', () => {
  expect(syncAnswer(reply({ channel: 'sms', attempts: [attempt('sms')] }))).toMatchObject({ status: 200 });
});

test('when neither could ever succeed it is 422, when one still might it is 500', () => {
  const failed = (last: AttemptJson['error_class']) =>
    reply({ status: 'failed', attempts: [attempt('email', 'recipient'), attempt('sms', last)] });
  expect(() => syncAnswer(failed('permanent'))).toThrow(
    expect.objectContaining({ code: 'undeliverable', status: 422 }),
  );
  expect(() => syncAnswer(failed('transient'))).toThrow(
    expect.objectContaining({ code: 'delivery_failed', status: 500 }),
  );
  expect(() => syncAnswer(failed('unknown'))).toThrow(expect.objectContaining({ code: 'delivery_failed' }));
});

test('a channel whose vendors were down is a failed one: SMS instead of it is 207, and it is never 422', () => {
  const skipped = [{ channel: 'email' as const, reason: 'providers_unavailable' }];
  expect(syncAnswer(reply({ channel: 'sms', attempts: [attempt('sms')], skipped }))).toMatchObject({
    status: 207,
    body: { skipped },
  });
  expect(() =>
    syncAnswer(reply({ status: 'failed', channel: 'sms', attempts: [attempt('sms', 'recipient')], skipped })),
  ).toThrow(expect.objectContaining({ code: 'delivery_failed', status: 500 }));
});

test('a suppressed address is one that can never be reached: SMS instead of it is 207, and 422 when nothing else could work', () => {
  const skipped = [{ channel: 'email' as const, reason: 'suppressed_bounce' }];
  expect(syncAnswer(reply({ channel: 'sms', attempts: [attempt('sms')], skipped }))).toMatchObject({ status: 207 });
  const failed = (attempts: AttemptJson[]) => () => syncAnswer(reply({ status: 'failed', attempts, skipped }));
  for (const attempts of [[], [attempt('sms', 'recipient')]]) {
    expect(failed(attempts)).toThrow(expect.objectContaining({ code: 'undeliverable', status: 422 }));
  }
  expect(failed([attempt('sms', 'transient')])).toThrow(expect.objectContaining({ code: 'delivery_failed' }));
});
