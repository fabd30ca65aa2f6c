import { expect, test } from '@jest/globals';
import { eventId, type Status, type TimelineEntryJson, type TimelineEvent } from '@notify/contracts';
import { progressOfAll } from './progress-of-all.ts';

type Step = [hop: number, status: Status, attempt?: number, epoch?: number];

const timelineOf = (steps: Step[]): TimelineEntryJson[] =>
  steps.map(([hop, status, attempt = 1, epoch = 0]) => ({
    id: eventId('n', { epoch, hop, attempt }, status),
    event: status as TimelineEvent,
    status,
    at: '2026-01-01T00:00:00.000Z',
  }));

const statusOf = (...steps: Step[]) => progressOfAll(['email', 'sms', 'push'], timelineOf(steps)).status;

test.each<[string, Status, Step[]]>([
  ['nothing began', 'accepted', [[0, 'accepted']]],
  [
    'it is for later',
    'scheduled',
    [
      [0, 'accepted'],
      [0, 'scheduled'],
    ],
  ],
  ['one channel is at it', 'processing', [[1, 'processing']]],
  [
    'one channel is not settled though the others were sent',
    'processing',
    [
      [0, 'sent'],
      [1, 'delivered'],
    ],
  ],
  [
    'what is left is being retried',
    'retrying',
    [
      [0, 'sent'],
      [1, 'retrying'],
      [2, 'failed'],
    ],
  ],
  [
    'what is left waits for its time',
    'scheduled',
    [
      [0, 'sent'],
      [1, 'scheduled'],
      [2, 'failed'],
    ],
  ],
  [
    'one waits for its time and another one is at it',
    'processing',
    [
      [0, 'processing'],
      [1, 'scheduled'],
      [2, 'failed'],
    ],
  ],
  [
    'one is retried and another one at it',
    'processing',
    [
      [0, 'processing'],
      [1, 'retrying'],
      [2, 'failed'],
    ],
  ],
  [
    'some failed and one was sent',
    'sent',
    [
      [0, 'failed'],
      [1, 'sent'],
      [2, 'unknown'],
    ],
  ],
  [
    'one was read',
    'read',
    [
      [0, 'delivered'],
      [1, 'failed'],
      [2, 'read'],
    ],
  ],
  [
    'one may have been sent',
    'unknown',
    [
      [0, 'failed'],
      [1, 'unknown'],
      [2, 'suppressed'],
    ],
  ],
  [
    'nobody wanted one and the others failed',
    'suppressed',
    [
      [0, 'failed'],
      [1, 'failed'],
      [2, 'suppressed'],
    ],
  ],
  [
    'all failed',
    'failed',
    [
      [0, 'failed'],
      [1, 'failed'],
      [2, 'failed'],
    ],
  ],
  [
    'it was cancelled',
    'cancelled',
    [
      [0, 'cancelled'],
      [1, 'processing'],
    ],
  ],
  [
    'it was cancelled too late',
    'delivered',
    [
      [0, 'cancelled'],
      [1, 'delivered'],
      [2, 'failed'],
    ],
  ],
  [
    'a bounce came after sent',
    'failed',
    [
      [0, 'sent'],
      [0, 'failed'],
      [1, 'failed'],
      [2, 'failed'],
    ],
  ],
])('when %s the whole is %s', (_case, status, steps) => {
  expect(statusOf(...steps)).toBe(status);
  expect(statusOf(...[...steps].reverse())).toBe(status);
});

test('a replay starts all of them again, whatever the epoch before came to', () => {
  expect(statusOf([0, 'failed'], [1, 'failed'], [2, 'failed'], [0, 'processing', 1, 1])).toBe('processing');
});

test('what arrived before a replay has arrived, however late the receipt comes', () => {
  expect(statusOf([0, 'failed', 1, 1], [1, 'failed', 1, 1], [2, 'failed', 1, 1], [0, 'delivered'])).toBe('delivered');
  expect(statusOf([0, 'processing', 1, 1], [0, 'delivered'], [1, 'sent', 1, 1], [2, 'failed', 1, 1])).toBe('delivered');
});

test('the position is that of the hop whose status is shown', () => {
  const progress = progressOfAll(
    ['email', 'sms'],
    timelineOf([
      [0, 'failed'],
      [1, 'sent', 3],
    ]),
  );
  expect(progress).toEqual({ status: 'sent', epoch: 0, hop: 1, attempt: 3 });
});
