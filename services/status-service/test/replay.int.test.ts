import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type EnvelopeJson,
  laneQueue,
  type NotificationEventJson,
  type NotificationJson,
  type ReplayAnswerJson,
  type TimelineEvent,
} from '@notify/contracts';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;
let other: Awaited<ReturnType<TestBed['start']>>;
/** What came out into the lanes of email and SMS. */
const inLanes: EnvelopeJson[] = [];

beforeAll(async () => {
  bed = await openTestBed();
  [service, other] = await Promise.all([bed.start(), bed.start()]);
  for (const channel of ['email', 'sms'] as const) {
    await bed.broker.consume({
      queue: laneQueue(channel, 'high'),
      prefetch: 100,
      onMessage: async ({ body }) => {
        inLanes.push(JSON.parse(body.toString('utf8')));
      },
    });
  }
}, 60_000);
afterAll(() => bed.close(), 60_000);

const at = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T00:00:05.000Z';
const sentAgain = (id: string) => inLanes.filter(({ notification_id }) => notification_id === id);
const read = async (id: string) => (await service.get<NotificationJson>(`/notifications/${id}`)).body;
const retry = (id: string, instance = service) =>
  instance.post<NotificationJson & { code: string; detail: string }>(`/notifications/${id}/retry`);
const replay = async (body: unknown, instance = service) => {
  const answer = await instance.post<ReplayAnswerJson>('/notifications/replay', body);
  expect(answer.status).toBe(202);
  return answer.body;
};

function ended(end: TimelineEvent, overrides: Partial<EnvelopeJson> = {}): NotificationEventJson[] {
  const id = randomUUID();
  return [
    acceptedEvent(id, { at, ...overrides }),
    notificationEvent(id, end, { at: later, hop: 1, channel: 'sms', outcome: 'failed' }),
  ];
}

async function record(...notifications: NotificationEventJson[][]): Promise<string[]> {
  await bed.publishEvents(notifications.flat());
  return Promise.all(
    notifications.map(async (events) => {
      const id = events[0]?.notification_id as string;
      await eventually(async () => {
        const { status, channels } = await read(id);
        // Without channels it is a stub, whose acceptance is still on its way.
        return status === events.at(-1)?.status && channels.length > 0;
      });
      return id;
    }),
  );
}

test.each(['failed', 'unknown'] as const)(
  'a %s one is sent again from the first channel of its plan, as its next epoch',
  async (end) => {
    const [id = ''] = await record(ended(end, { expires_at: '2126-01-01T00:00:00.000Z' }));
    const { status, body } = await retry(id);
    expect([status, body.status]).toEqual([202, 'processing']);
    expect(body.timeline.at(-1)).toMatchObject({ event: 'replayed', status: 'processing', reason: 'retry' });
    const [again] = await eventually(() => sentAgain(id).length === 1 && sentAgain(id));
    expect(again).toMatchObject({
      epoch: 1,
      hop: 0,
      attempt: 1,
      tried: [],
      skipped: [],
      plan: ['email', 'sms'],
      content: { title: 'Hello' },
      expires_at: '2126-01-01T00:00:00.000Z',
    });
    expect(again).not.toHaveProperty('reply_to');
  },
);

test('with mode all every channel is used again', async () => {
  const [accepted, smsFailed] = ended('failed', { mode: 'all' }) as [NotificationEventJson, NotificationEventJson];
  const id = accepted.notification_id;
  const emailFailed = notificationEvent(id, 'failed', { at: later, hop: 0, channel: 'email', outcome: 'failed' });
  await record([accepted, emailFailed, smsFailed]);
  expect(await retry(id)).toMatchObject({ status: 202, body: { status: 'processing' } });
  await eventually(() => sentAgain(id).length === 2);
  expect(sentAgain(id).map(({ hop }) => hop)).toEqual(expect.arrayContaining([0, 1]));
});

test('of many retries at once one does it, and the others are told', async () => {
  const [id = ''] = await record(ended('failed'));
  const answers = await Promise.all([retry(id), retry(id, other), retry(id), retry(id, other)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
    code: 'conflict',
    detail: expect.stringContaining('processing'),
  });
  expect((await read(id)).timeline.filter(({ event }) => event === 'replayed')).toHaveLength(1);
});

test.each([
  ['that was sent', () => ended('sent'), 'sent'],
  ['that has expired meanwhile', () => ended('failed', { expires_at: later }), 'expired'],
])('one %s is not retried', async (_what, events, word) => {
  const [id = ''] = await record(events());
  expect(await retry(id)).toMatchObject({
    status: 409,
    body: { code: 'conflict', detail: expect.stringContaining(word) },
  });
});

test('one whose content was erased is neither retried nor replayed', async () => {
  const type = `erased-${randomUUID()}`;
  const [id = ''] = await record(ended('failed', { notification_type: type }));
  await bed.database.query('UPDATE notifications SET recipient = NULL, content = NULL WHERE id = $1', [id]);
  expect(await retry(id)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('erased') } });
  expect(await replay({ filter: { notification_type: type } })).toEqual({ matched: 0, replayed: 0 });
});

test('a replay sends what its filter fits, once; a dry run only counts; what is replayed no longer matches', async () => {
  const type = `campaign-${randomUUID()}`;
  const of = (end: TimelineEvent, overrides: Partial<EnvelopeJson> = {}) =>
    ended(end, { notification_type: type, ...overrides });
  const wanted = await record(...Array.from({ length: 12 }, () => of('failed')), of('unknown'));
  const unwanted = await record(
    of('sent'),
    of('failed', { expires_at: later }),
    of('failed', { created_at: '2025-01-01T00:00:00.000Z' }),
    ended('failed', { notification_type: `other-${randomUUID()}` }),
  );
  const filter = { notification_type: type, created_after: '2025-06-01T00:00:00Z' };
  expect(await replay({ filter, dry_run: true })).toEqual({ matched: 13, replayed: 0 });
  expect(await replay({ filter })).toEqual({ matched: 13, replayed: 13 });
  await eventually(() => wanted.every((id) => sentAgain(id).length === 1));
  expect(await replay({ filter })).toEqual({ matched: 0, replayed: 0 });
  expect(unwanted.flatMap(sentAgain)).toEqual([]);
});

test('two replays at the same time replay each notification once, over several batches', async () => {
  const type = `twice-${randomUUID()}`;
  const ids = await record(...Array.from({ length: 450 }, () => ended('failed', { notification_type: type })));
  const answers = await Promise.all([
    replay({ filter: { notification_type: type } }),
    replay({ filter: { notification_type: type, status: 'failed' } }, other),
  ]);
  expect(answers.reduce((sum, { replayed }) => sum + replayed, 0)).toBe(450);
  await eventually(() => ids.every((id) => sentAgain(id).length > 0));
  expect(ids.flatMap(sentAgain)).toHaveLength(450);
});

test('what was settled after the replay began is left alone', async () => {
  const type = `late-${randomUUID()}`;
  const id = randomUUID();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  await record([
    acceptedEvent(id, { at, notification_type: type }),
    notificationEvent(id, 'failed', { at: tomorrow, hop: 1, channel: 'sms' }),
  ]);
  expect(await replay({ filter: { notification_type: type } })).toEqual({ matched: 0, replayed: 0 });
});

test.each([
  [{}, 'filter'],
  [{ filter: { status: 'sent' } }, 'filter.status'],
  [{ filter: { unknown_field: 1 } }, 'filter.unknown_field'],
  [{ filter: {}, dry_run: 'yes' }, 'dry_run'],
])('%j is refused', async (body, field) => {
  expect(await service.post('/notifications/replay', body)).toMatchObject({
    status: 400,
    body: { code: 'validation_failed', errors: [{ field }] },
  });
});
