import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Claims } from '@notify/claims';
import { type NotificationEventJson, type NotificationJson, parseEnvelope, type Status } from '@notify/contracts';
import { cancelledMessage } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

type Problem = { code: string; detail: string };
let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;
let other: Awaited<ReturnType<TestBed['start']>>;
let claims: Claims<{ said: string }>;

beforeAll(async () => {
  bed = await openTestBed();
  [service, other] = await Promise.all([bed.start(), bed.start()]);
  claims = await bed.openClaims();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const at = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T00:00:05.000Z';
const first = { epoch: 0, hop: 0, attempt: 1 };

const cancel = (id: string, instance = service) =>
  instance.post<NotificationJson & Problem>(`/notifications/${id}/cancel`);

async function recorded(...events: NotificationEventJson[]): Promise<string> {
  const id = events[0]?.notification_id as string;
  const status = events.at(-1)?.status;
  await bed.publishEvents(events);
  await eventually(async () => (await service.get<NotificationJson>(`/notifications/${id}`)).body.status === status);
  return id;
}

function accepted(overrides: Parameters<typeof acceptedEvent>[1] = { at }) {
  return acceptedEvent(randomUUID(), overrides);
}

test('what still waits is cancelled, says so at once, and can not be claimed any more', async () => {
  const id = await recorded(accepted());
  const { status, body } = await cancel(id);
  expect([status, body.status]).toEqual([200, 'cancelled']);
  expect(body.timeline.map(({ event }) => event)).toEqual(['accepted', 'cancelled']);
  expect(await claims.begin(id, first, 'token')).toEqual({ state: 'closed', reason: 'cancelled' });
  expect(await claims.begin(id, { ...first, hop: 1 }, 'token')).toEqual({ state: 'closed', reason: 'cancelled' });
});

test('a scheduled one is cancelled', async () => {
  const event = { ...accepted({ at, send_at: '2126-01-01T00:00:00.000Z' }), status: 'scheduled' as const };
  const { status, body } = await cancel(await recorded(event));
  expect([status, body.status, body.send_at]).toEqual([200, 'cancelled', '2126-01-01T00:00:00.000Z']);
});

test('with mode all every channel is cancelled', async () => {
  const id = await recorded(accepted({ at, mode: 'all' }));
  expect((await cancel(id)).body.status).toBe('cancelled');
  expect(await claims.begin(id, { ...first, hop: 1 }, 'token')).toEqual({ state: 'closed', reason: 'cancelled' });
});

test('cancelling again changes nothing, and nor does a worker that tells of it late', async () => {
  const event = accepted();
  const id = await recorded(event);
  const { body: once } = await cancel(id);
  expect(await cancel(id)).toEqual({ status: 200, body: once });
  const envelope = { ...envelopeOf(event), hop: 1, attempt: 3 };
  await bed.broker.publish(cancelledMessage(envelope, once.updated_at));
  // Stored after it in the same queue.
  await recorded(accepted());
  expect((await cancel(id)).body.timeline).toEqual(once.timeline);
});

function envelopeOf(event: ReturnType<typeof acceptedEvent>) {
  const parsed = parseEnvelope(event.envelope);
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  return parsed.envelope;
}

test('while a provider is being asked, or once it has it, a cancel comes too late', async () => {
  const id = await recorded(accepted());
  await claims.begin(id, first, 'token');
  expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'already_sent' } });
  await claims.finish(id, first, { said: 'taken' }, true);
  expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'already_sent' } });
  expect((await service.get<NotificationJson>(`/notifications/${id}`)).body.status).toBe('accepted');
});

test('after a try that failed it can be cancelled', async () => {
  const event = accepted();
  const id = await recorded(
    event,
    notificationEvent(event.notification_id, 'retrying', { at: later, channel: 'email', outcome: 'failed' }),
  );
  await claims.begin(id, first, 'token');
  await claims.finish(id, first, { said: 'busy' }, false);
  expect((await cancel(id)).body.status).toBe('cancelled');
});

test('one that is sent again can be cancelled, though a provider may have had it the first time', async () => {
  const event = accepted();
  const id = await recorded(
    event,
    notificationEvent(event.notification_id, 'unknown', { at: later, channel: 'email' }),
  );
  await claims.begin(id, first, 'token');
  await claims.finish(id, first, { said: 'cut off' }, true);
  expect((await service.post(`/notifications/${id}/retry`)).status).toBe(202);
  expect((await cancel(id)).body.status).toBe('cancelled');
  expect(await claims.begin(id, { ...first, epoch: 1 }, 'token')).toEqual({ state: 'closed', reason: 'cancelled' });
});

test.each<[Status, string]>([
  ['sent', 'already_sent'],
  ['delivered', 'already_sent'],
  ['unknown', 'already_sent'],
  ['failed', 'conflict'],
  ['expired', 'conflict'],
  ['suppressed', 'conflict'],
])('one that is %s is refused as %s', async (status, code) => {
  const event = accepted();
  const id = await recorded(
    event,
    notificationEvent(event.notification_id, status as 'sent', { at: later, channel: 'email' }),
  );
  const answer = await cancel(id);
  expect(answer).toMatchObject({ status: 409, body: { code } });
  expect(answer.body.detail).toContain(status);
});

test('of a worker and many cancels at the same moment exactly one side wins, and the record agrees', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => recorded(accepted())));
  const outcomes = await Promise.all(
    ids.map(async (id) => {
      const [claim, ...answers] = await Promise.all([
        claims.begin(id, first, 'token'),
        cancel(id),
        cancel(id, other),
        cancel(id),
        cancel(id, other),
      ]);
      const { status } = (await service.get<NotificationJson>(`/notifications/${id}`)).body;
      return [claim.state, ...new Set(answers.map((answer) => answer.status)), status].join(' ');
    }),
  );
  expect(outcomes.filter((each) => each !== 'granted 409 accepted' && each !== 'closed 200 cancelled')).toEqual([]);
});

test('an id that is not there is 404, and a notification whose acceptance is not on the record yet as well', async () => {
  const early = await recorded(notificationEvent(randomUUID(), 'processing', { at, channel: 'email' }));
  for (const id of [randomUUID(), early, 'not-a-uuid']) {
    expect(await cancel(id)).toMatchObject({ status: 404, body: { code: 'notification_not_found' } });
  }
});

test('without Redis nothing is cancelled, and the answer is 503', async () => {
  const id = await recorded(accepted());
  const blind = await bed.start({ REDIS_URL: 'redis://127.0.0.1:1' });
  expect(await cancel(id, blind)).toMatchObject({ status: 503, body: { code: 'dependency_unavailable' } });
  await blind.stop();
  expect((await service.get<NotificationJson>(`/notifications/${id}`)).body.status).toBe('accepted');
});
