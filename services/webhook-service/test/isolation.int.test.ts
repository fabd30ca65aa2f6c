import { writeSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { eventually, startWebhookReceiver, type WebhookReceiver } from '@notify/testing';
import { deleteOldDeliveries } from '../src/delivery-store.ts';
import { type RunningService, runWebhookService } from './running-service.ts';

const EVENTS = 200;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});
async function run(settings: Record<string, string> = {}): Promise<RunningService> {
  const service = await runWebhookService(settings);
  cleanUps.push(service.stop);
  return service;
}
async function receive(answer?: Parameters<typeof startWebhookReceiver>[0]): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver(answer);
  // Before the service, which would wait for it.
  cleanUps.unshift(receiver.close);
  return receiver;
}
const urlOf = ({ port }: WebhookReceiver) => `http://127.0.0.1:${port}/hook`;

/** How long each of many events takes from the broker to a webhook that works, in milliseconds. */
async function latencies(service: RunningService, receiver: WebhookReceiver): Promise<number[]> {
  const toldAt = new Map<string, number>();
  receiver.received.length = 0;
  await Promise.all(
    Array.from({ length: EVENTS }, async () => {
      const at = Date.now();
      toldAt.set((await service.tell({})).notification_id, at);
    }),
  );
  await eventually(() => receiver.received.length === EVENTS, 30_000);
  const found = receiver.received.map(
    ({ at, body }) => at - (toldAt.get(JSON.parse(body).data.notification_id) ?? Number.NaN),
  );
  return found.sort((a, b) => a - b);
}

test('a webhook that hangs delays no other one, and holds ten requests at most', async () => {
  const service = await run();
  const working = await receive();
  await service.addWebhook({ url: urlOf(working) });
  const alone = await latencies(service, working);

  const hanging = await receive(() => {});
  await service.addWebhook({ url: urlOf(hanging) });
  const beside = await latencies(service, working);

  expect(hanging.received).toHaveLength(10);
  const [aloneMs = 0, besideMs = 0] = [alone.at(-1), beside.at(-1)];
  // Past Jest, which keeps back what tests print when several files run.
  const line = (found: number[]) => `median ${found[EVENTS / 2]} ms, slowest ${found.at(-1)} ms`;
  writeSync(1, `\n${EVENTS} events to one webhook: ${line(alone)}; beside one that hangs: ${line(beside)}\n`);
  // Had they waited for the one that hangs, it would be 15 s and more.
  expect(besideMs).toBeLessThan(aloneMs + 3_000);
});

test('one that fails is tried one at a time until it succeeds', async () => {
  const service = await run({ WEBHOOK_TIMEOUT_MS: '1000', WEBHOOK_RETRY_SECONDS: '0,1,1,1,1,1,1,1,1' });
  let isHanging = true;
  let inHand = 0;
  const most: number[] = [];
  const receiver = await receive((_webhook, response) => {
    inHand += 1;
    most.push(inHand);
    response.on('close', () => {
      inHand -= 1;
    });
    if (!isHanging) response.writeHead(204).end();
  });
  const { id } = await service.addWebhook({ url: urlOf(receiver) });
  for (let n = 0; n < 30; n += 1) await service.tell({});
  await eventually(() => receiver.received.length === 13, 20_000);
  // Ten at once before it was known, and then one after the other.
  expect(Math.max(...most.slice(0, 10))).toBe(10);
  expect(Math.max(...most.slice(10))).toBe(1);
  isHanging = false;
  await eventually(async () => (await service.deliveriesOf(id, '?status=succeeded')).length === 30, 20_000);
});

test('a service that is stopped finishes what it has in hand', async () => {
  const service = await runWebhookService();
  const receiver = await receive((_webhook, response) => setTimeout(() => response.writeHead(204).end(), 500));
  const { id } = await service.addWebhook({ url: urlOf(receiver) });
  await service.tell({});
  await eventually(() => receiver.received.length === 1);
  await service.stopInstances();
  const { rows } = await service.database.query('SELECT status FROM deliveries WHERE webhook_id = $1', [id]);
  expect(rows).toEqual([{ status: 'succeeded' }]);
  await service.stop();
});

test('what an instance had in hand when it died is sent again once its lease is over', async () => {
  const service = await run();
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: urlOf(receiver) });
  await service.tell({});
  const [sent] = await eventually(async () => {
    const found = await service.deliveriesOf(id, '?status=succeeded');
    return found.length === 1 && found;
  });
  // As a dead instance leaves it: pending, and nobody's for a while.
  const lease = (seconds: number) =>
    service.database.query(
      `UPDATE deliveries SET status = 'pending', next_attempt_at = now() + make_interval(secs => $2) WHERE id = $1`,
      [sent?.id, seconds],
    );
  await lease(2);
  const leasedAt = Date.now();
  const second = await eventually(() => receiver.received[1]);
  expect(second.at - leasedAt).toBeGreaterThanOrEqual(1_900);
  expect(second.headers['webhook-id']).toBe(sent?.id);
});

test('deliveries older than the log is kept are deleted', async () => {
  const service = await run();
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: urlOf(receiver) });
  await service.tell({});
  await service.tell({});
  await eventually(async () => (await service.deliveriesOf(id, '?status=succeeded')).length === 2);
  await service.database.query(
    `UPDATE deliveries SET created_at = now() - interval '31 days' WHERE webhook_id = $1 AND sequence = 1`,
    [id],
  );
  expect(await deleteOldDeliveries(service.database, 30, 1_000)).toBe(1);
  expect((await service.deliveriesOf(id)).map(({ sequence }) => sequence)).toEqual([2]);
});

test('an old delivery that is still to be sent is kept for as long as its webhook is enabled', async () => {
  const service = await run();
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: urlOf(receiver) });
  await service.tell({});
  await eventually(async () => (await service.deliveriesOf(id, '?status=succeeded')).length === 1);
  await service.database.query(
    `UPDATE deliveries SET created_at = now() - interval '31 days', status = 'pending', next_attempt_at = now() + interval '1 hour'`,
  );
  expect(await deleteOldDeliveries(service.database, 30, 1_000)).toBe(0);
  await service.call('patch', `/webhooks/${id}`, { enabled: false });
  expect(await deleteOldDeliveries(service.database, 30, 1_000)).toBe(1);
});
