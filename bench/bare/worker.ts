// The bare pipeline's second process: message -> one vendor call -> one confirmed event -> acknowledgement.
import type { ConsumeMessage } from 'amqplib';
import type { Delivery, Outcome } from './bare-messages.ts';
import { environment, sayReady } from './bare-process.ts';
import { DELIVERIES_QUEUE, OUTCOMES_QUEUE, openBrokerChannel, publishConfirmed } from './broker-channel.ts';
import { createVendorCalls } from './vendor-calls.ts';

const PREFETCH = 64;

const calls = createVendorCalls(environment.BARE_TWILIO_URL, Number(environment.BARE_SMTP_PORT));
const channel = await openBrokerChannel(environment.BARE_RABBITMQ_URL);
await channel.prefetch(PREFETCH);
await channel.consume(DELIVERIES_QUEUE, (message) => void deliver(message as ConsumeMessage));
sayReady();

/** A rejection ends the process, and with it the run: there are no retries here. */
async function deliver(message: ConsumeMessage): Promise<void> {
  const { id, vendor, accepted_at, ...content } = JSON.parse(message.content.toString()) as Delivery;
  const handed_over_at = new Date().toISOString();
  const provider_message_id = await calls[vendor](content);
  const outcome: Outcome = { id, vendor, provider_message_id, accepted_at, handed_over_at };
  await publishConfirmed(channel, OUTCOMES_QUEUE, outcome);
  channel.ack(message);
}
