// The bare pipeline's third process: events -> one multi-row insert -> one acknowledgement for all of them.
import type { ConsumeMessage } from 'amqplib';
import pg from 'pg';
import type { Outcome } from './bare-messages.ts';
import { environment, sayReady } from './bare-process.ts';
import { OUTCOMES_QUEUE, openBrokerChannel } from './broker-channel.ts';

const PREFETCH = 2_000;
const MAX_BATCH = 500;

const INSERT = {
  name: 'insert',
  text: `INSERT INTO bare_notifications (id, vendor, provider_message_id, accepted_at, handed_over_at)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])`,
};

const database = new pg.Client({ connectionString: environment.BARE_DATABASE_URL });
await database.connect();
const channel = await openBrokerChannel(environment.BARE_RABBITMQ_URL);
await channel.prefetch(PREFETCH);

const waiting: ConsumeMessage[] = [];
let isStoring = false;
await channel.consume(OUTCOMES_QUEUE, (message) => {
  waiting.push(message as ConsumeMessage);
  if (!isStoring) void storeAll();
});
sayReady();

/** One batch after the other: acknowledgements of everything up to a message must not overlap. What comes meanwhile is the next batch. */
async function storeAll(): Promise<void> {
  isStoring = true;
  while (waiting.length > 0) {
    const batch = waiting.splice(0, MAX_BATCH);
    const rows = batch.map(({ content }) => JSON.parse(content.toString()) as Outcome);
    const column = (name: keyof Outcome): string[] => rows.map((row) => row[name]);
    await database.query({
      ...INSERT,
      values: [
        column('id'),
        column('vendor'),
        column('provider_message_id'),
        column('accepted_at'),
        column('handed_over_at'),
      ],
    });
    channel.ack(batch.at(-1) as ConsumeMessage, true);
  }
  isStoring = false;
}
