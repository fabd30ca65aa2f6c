import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { channelWorkerKeys, runChannelWorker } from '@notify/channel-worker';
import { laneQueue, type NotificationJson, parseEnvelope, STATUS_QUEUE } from '@notify/contracts';
import { laneMessage } from '@notify/messaging';
import { loadConfig } from '@notify/service-kit';
import { createTestKit, eventually, testRedisUrl } from '@notify/testing';
import { acceptedEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

const LANE = laneQueue('email', 'high');
const worker = createTestKit('email-service');
const arrived: string[] = [];
let bed: TestBed;

beforeAll(async () => {
  bed = await openTestBed();
}, 60_000);
afterAll(async () => {
  await worker.lifecycle.shutdown('end of the test');
  await bed.close();
}, 60_000);

/** A real worker, whose vendor takes everything. */
async function startWorker(): Promise<void> {
  const env = { ...bed.env, REDIS_URL: testRedisUrl() };
  const send = async ({ notificationId }: { notificationId: string }) => {
    arrived.push(notificationId);
    return { status: 'sent' as const };
  };
  await runChannelWorker({
    channel: 'email',
    name: 'email-service',
    config: loadConfig(channelWorkerKeys(0), env),
    providers: [{ name: 'test-vendor', send }],
    ...worker,
  });
}

const accepted = (id: string) =>
  acceptedEvent(id, { at: new Date().toISOString(), recipient: { to: { email: 'a@example.com' } }, plan: ['email'] });

async function putIntoLane(id: string): Promise<void> {
  const parsed = parseEnvelope(accepted(id).envelope);
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  await bed.broker.publish(laneMessage(parsed.envelope));
}

/** As the gateway does: for the record, and into the lane. */
async function accept(): Promise<string> {
  const id = randomUUID();
  await bed.publishEvents([accepted(id)]);
  await putIntoLane(id);
  return id;
}
const depthIs = (queue: string, depth: number) =>
  eventually(async () => (await bed.broker.queueDepths([queue])).get(queue) === depth, 10_000);

test('what was lost on its way to a worker, or from a worker to the record, arrives once and is on the record', async () => {
  let service = await bed.start();
  const statusIs = (id: string, status: NotificationJson['status']) =>
    eventually(async () => {
      const { body } = await service.get<NotificationJson>(`/notifications/${id}`);
      return body.status === status && body.timeline.map(({ event }) => event);
    }, 20_000);

  const [lostInLane, lostAfterIt] = [await accept(), await accept()];
  await Promise.all([statusIs(lostInLane, 'accepted'), statusIs(lostAfterIt, 'accepted')]);
  await service.stop();
  // One of the two is taken out of the lane; the other one's outcome out of the record's queue.
  await depthIs(LANE, 2);
  await bed.purge(LANE);
  await putIntoLane(lostAfterIt);
  await startWorker();
  await depthIs(STATUS_QUEUE, 1);
  await bed.purge(STATUS_QUEUE);
  expect(arrived).toEqual([lostAfterIt]);

  service = await bed.start({ RECONCILE_AFTER_SECONDS: '1' });
  expect(await statusIs(lostInLane, 'sent')).toEqual(['accepted', 'resumed', 'processing', 'sent']);
  // Told again as it was told first, with its time.
  expect(await statusIs(lostAfterIt, 'sent')).toEqual(['accepted', 'processing', 'sent', 'resumed']);
  expect(arrived).toEqual([lostAfterIt, lostInLane]);
}, 60_000);
