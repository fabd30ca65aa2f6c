import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ERROR_CLASSES } from './attempt.ts';
import { CHANNELS } from './channels.ts';
import { TIMELINE_EVENTS } from './events.ts';
import { isReasonCode, REASON_CODES } from './reason-codes.ts';
import { RECEIPT_OUTCOMES } from './receipt.ts';
import { timelineDetail, timelineLine } from './timeline-detail.ts';
import { WAIT_REASONS } from './waits.ts';

const DELIVERY_DOC = new URL('../../../docs/delivery.md', import.meta.url);

test.each([
  [{ event: 'skipped', channel: 'email', reason: 'opted_out' }, 'Email was passed over: the user has opted out of it'],
  [
    { event: 'failover', channel: 'sms', reason: 'recipient' },
    'SMS was left for the next channel: this address cannot be reached, or wants none',
  ],
  [
    { event: 'failover', channel: 'email', provider: 'smtp', reason: 'breaker_open' },
    'Email: smtp was left for another provider: too many calls of this provider had failed, and it was given a rest',
  ],
  [
    { event: 'deferred', channel: 'push', reason: 'quiet_hours', until: '2026-12-01T06:00:00.000Z' },
    'Push waits until 2026-12-01T06:00:00.000Z: the user has quiet hours',
  ],
  [{ event: 'due', channel: 'push', reason: 'quiet_hours' }, 'Its wait is over: the user had quiet hours'],
  [
    { event: 'deferred', channel: 'email', reason: 'dependency_unavailable' },
    'Email was put off for a moment: a service of ours that it needs is away',
  ],
  [{ event: 'sent', channel: 'in_app' }, 'In-app: a provider took it'],
  [{ event: 'delivered', channel: 'in_app' }, 'In-app was delivered'],
  [{ event: 'delivered', channel: 'sms', provider: 'twilio' }, 'SMS was delivered, says twilio'],
  [{ event: 'failed', reason: 'delivery_limit' }, expect.stringMatching(/^It has failed for good: its message /)],
] as const)('%j is explained as %j', (decision, words) => {
  expect(timelineDetail(decision)).toEqual(words);
});

test("a vendor's code is shown as it is, even where the word is also one of ours", () => {
  const bounced = { event: 'bounced', channel: 'email', provider: 'sendgrid' } as const;
  expect(timelineDetail({ ...bounced, reason: '550 5.1.1' })).toBe(
    'Email bounced, says sendgrid: its code for that is 550 5.1.1',
  );
  expect(timelineDetail({ ...bounced, reason: 'expired' })).toBe(
    'Email bounced, says sendgrid: its code for that is expired',
  );
});

test('a reason that nobody here knows is shown, whatever its name', () => {
  for (const reason of ['crashed', 'constructor', '__proto__']) {
    expect(timelineDetail({ event: 'failed', channel: 'sms', reason })).toBe(
      `SMS has failed for good: the reason is given as ${reason}`,
    );
  }
});

test('the reasons that are lists of their own have words', () => {
  for (const reason of [...WAIT_REASONS, ...ERROR_CLASSES])
    expect([reason, isReasonCode(reason)]).toEqual([reason, true]);
});

test('every decision is one sentence, with any reason and on any channel', () => {
  const reasons = [undefined, ...Object.keys(REASON_CODES)];
  for (const event of TIMELINE_EVENTS) {
    for (const channel of [undefined, ...CHANNELS]) {
      for (const reason of reasons) {
        const detail = timelineDetail({ event, channel, reason });
        expect(detail).toMatch(/^[A-Z][^.]*[^.:\s]$/);
        expect(detail).not.toContain('undefined');
        const isOwnCode = reason !== undefined && !(RECEIPT_OUTCOMES as readonly string[]).includes(event);
        if (isOwnCode) expect(detail).not.toContain('the reason is given as');
      }
    }
  }
});

test('a line of the API has all that the entry has, without its inner id', () => {
  const entry = {
    id: 'n.0.0.1.sent',
    event: 'sent',
    status: 'sent',
    channel: 'sms',
    at: '2026-12-01T09:00:00Z',
  } as const;
  const { id: _internal, ...shown } = entry;
  expect(timelineLine(entry)).toEqual({ ...shown, detail: 'SMS: a provider took it' });
});

test('the documentation has every reason code with its words, and no other', () => {
  const [, section = ''] = readFileSync(DELIVERY_DOC, 'utf8').split('\n## Reason codes\n');
  const [table = ''] = section.split('\n## ');
  const documented = [...table.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, code, words]) => [code, words]);
  expect(documented).toEqual(Object.entries(REASON_CODES));
});
