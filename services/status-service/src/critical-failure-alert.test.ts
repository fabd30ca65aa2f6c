import { expect, test } from '@jest/globals';
import type { AttemptJson } from '@notify/contracts';
import { alertContent, alertEmail } from './alert-email.ts';
import { alertOf, type CriticalFailure } from './critical-failure-alert.ts';

const at = '2026-01-01T00:00:05.000Z';

function attempt(overrides: Partial<AttemptJson>): AttemptJson {
  return {
    channel: 'email',
    provider: 'smtp',
    epoch: 1,
    hop: 0,
    attempt: 1,
    status: 'failed',
    started_at: at,
    duration_ms: 5,
    ...overrides,
  };
}

const failure: CriticalFailure = {
  notificationId: 'n-1',
  notificationType: 'security_alert',
  status: 'failed',
  epoch: 1,
  attempts: [
    attempt({ epoch: 0, error_code: 'of an earlier epoch' }),
    attempt({ error_code: '451 4.3.0' }),
    attempt({ attempt: 2, error_code: '451 4.3.0' }),
    attempt({ channel: 'sms', provider: 'twilio', error_code: '21211' }),
  ],
  timeline: [
    { id: 'a', event: 'failed', status: 'failed', reason: 'earlier', at },
    { id: 'b', event: 'failed', status: 'failed', channel: 'sms', reason: 'recipient', at },
  ],
};

test('an alert names the channels, codes and reason of the epoch that failed', () => {
  expect(alertOf(1, [failure], at)).toEqual({
    type: 'notification.critical_failure',
    count: 1,
    notifications: [
      {
        notification_id: 'n-1',
        notification_type: 'security_alert',
        status: 'failed',
        channels: ['email', 'sms'],
        error_codes: ['451 4.3.0', '21211'],
        reason: 'recipient',
        link: '/api/v1/notifications/n-1',
      },
    ],
    at,
  });
});

test('of one that expired or is unknown it tells why', () => {
  const { timeline } = failure;
  const last = { id: 'c', event: 'expired', status: 'expired', reason: 'expired', at } as const;
  const { notifications } = alertOf(1, [{ ...failure, status: 'expired', timeline: [...timeline, last] }], at);
  expect(notifications[0]).toMatchObject({ status: 'expired', reason: 'expired' });
});

test('in words it says the same, and how many it does not name', () => {
  expect(alertContent(alertOf(1, [failure], at)).title).toBe('A critical notification may not have arrived');
  const { title, body } = alertContent(alertOf(25, [failure], at));
  expect(title).toBe('25 critical notifications may not have arrived');
  expect(body).toContain(
    'security_alert: failed; email, sms; recipient; 451 4.3.0; 21211\n  /api/v1/notifications/n-1',
  );
  expect(body).toContain('and 24 more');
});

test('one that no provider was asked about says so', () => {
  const { body } = alertContent(alertOf(1, [{ ...failure, attempts: [] }], at));
  expect(body).toContain('security_alert: failed; no channel could be tried; recipient');
});

test('by email it is an ordinary notification, on the record and in the lane', () => {
  const [event, message] = alertEmail(alertOf(1, [failure], at), 'ops@example.com');
  expect(event).toMatchObject({ routingKey: 'notification.accepted', body: { notification_type: 'operator_alert' } });
  expect(message).toMatchObject({
    routingKey: 'email.high',
    body: { recipient: { to: { email: 'ops@example.com' } }, notification_type: 'operator_alert', plan: ['email'] },
  });
  expect(event).toMatchObject({ body: { envelope: message?.body } });
});
