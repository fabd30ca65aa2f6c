import { writeSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@notify/service-kit';
import { eventually, startWebhookReceiver } from '@notify/testing';
import { listDeliveries } from '../src/delivery-store.ts';
import { takeDueDeliveries } from '../src/due-delivery-store.ts';
import { type RunningService, runWebhookService } from './running-service.ts';

const WEBHOOKS = 50;
const DELIVERIES = 100_000;
const EVENTS = 2_000;

let service: RunningService;
/** One of many, with some thousand deliveries. */
let webhookId: string;
beforeAll(async () => {
  service = await runWebhookService();
  // Disabled, so that nobody sends these while they are looked at.
  await service.database.query(
    `INSERT INTO webhooks (id, url, events, secret, disabled_at, disabled_reason)
     SELECT gen_random_uuid(), 'https://hooks.example.test/', '{notification.sent}', '', now(), 'by_hand'
     FROM generate_series(1, $1)`,
    [WEBHOOKS],
  );
  await service.database.query(
    `WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM webhooks)
     INSERT INTO deliveries (id, webhook_id, sequence, type, notification_id, occurred_at, data, status, next_attempt_at)
     SELECT gen_random_uuid(), numbered.id, n / $1, 'notification.sent', gen_random_uuid(), now(), '{}',
       CASE WHEN n % 7 = 0 THEN 'pending' WHEN n % 1000 = 1 THEN 'failed' ELSE 'succeeded' END, now()
     FROM generate_series(1, $2::integer) AS n JOIN numbered ON numbered.place = n % $1`,
    [WEBHOOKS, DELIVERIES],
  );
  await service.database.query('ANALYZE');
  const { rows } = await service.database.query<{ id: string }>('SELECT id FROM webhooks ORDER BY id LIMIT 1');
  webhookId = rows[0]?.id ?? '';
});
afterAll(() => service.stop());

/** What PostgreSQL would do for whatever `work` asks. */
async function planOf(work: (database: Database) => Promise<unknown>): Promise<string> {
  let plan = '';
  const explaining = {
    async query(statement: string | { text: string; values: unknown[] }, given: unknown[] = []) {
      const { text, values } = typeof statement === 'string' ? { text: statement, values: given } : statement;
      const { rows } = await service.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      return { rows: [] };
    },
  };
  await work(explaining as unknown as Database);
  return plan;
}

test('whoever looks for what is due reads an index, however long the log is', async () => {
  const query = { inHand: new Map(), limitPerWebhook: 10, limit: 500, leaseSeconds: 45 };
  const plan = await planOf((database) => takeDueDeliveries(database, query));
  expect(plan).toContain('deliveries_due');
  expect(plan).not.toContain('Seq Scan on deliveries');
});

test.each([
  ['newest', {}, 'deliveries_newest'],
  ['failed', { status: 'failed' }, 'deliveries_failed'],
  ['of one notification', { notificationId: '01933b9e-0000-7000-8000-000000000000' }, 'deliveries_of_notification'],
] as const)('the page of the log with the %s ones reads an index', async (_which, filter, index) => {
  const plan = await planOf((database) => listDeliveries(database, { webhookId, limit: 51, ...filter }));
  expect(plan).toContain(index);
  expect(plan).not.toContain('Seq Scan');
});

test('thousands of events to one webhook arrive, each once', async () => {
  const receiver = await startWebhookReceiver();
  try {
    await service.addWebhook({ url: `http://127.0.0.1:${receiver.port}/` });
    const startedAt = Date.now();
    for (let n = 0; n < EVENTS; n += 200) await Promise.all(Array.from({ length: 200 }, () => service.tell({})));
    await eventually(() => receiver.received.length === EVENTS, 60_000);
    // Past Jest, which keeps back what tests print when several files run.
    writeSync(
      1,
      `\n${EVENTS} events to one webhook: ${Math.round((EVENTS * 1_000) / (Date.now() - startedAt))} a second\n`,
    );
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(EVENTS);
  } finally {
    await receiver.close();
  }
});
