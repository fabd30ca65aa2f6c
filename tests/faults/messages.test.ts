import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { EVENTS_EXCHANGE, FAILED_QUEUE, NOTIFICATIONS_EXCHANGE, STATUS_QUEUE } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { depthOf, drained, type Recorder, recordMessages, withBroker } from './broker.ts';
import { type FaultCase, faultCase } from './fault-case.ts';
import { recordsOf } from './records-of.ts';

const messages = (options: Omit<FaultCase, 'group'>) => faultCase({ group: 'Messages', ...options });

const POISON = {
  'not JSON': Buffer.from('{ not json'),
  'unknown version': Buffer.from(JSON.stringify({ version: 99, notification_id: randomUUID() })),
  'too large to be one of ours': Buffer.alloc(4 * 2 ** 20, 'x'),
  empty: Buffer.alloc(0),
};
const OF_EACH = 10;
let failedBefore = 0;

messages({
  fault: `poison among good ones: ${Object.keys(POISON).join(', ')}, ${OF_EACH} of each`,
  load: { total: 600 },
  async strike() {
    failedBefore = await depthOf(FAILED_QUEUE);
    await withBroker(async (channel) => {
      for (let time = 0; time < OF_EACH; time += 1) {
        for (const body of Object.values(POISON)) {
          channel.publish(NOTIFICATIONS_EXCHANGE, 'email.medium', body, { persistent: true, messageId: randomUUID() });
        }
      }
    });
  },
  async alsoExpect() {
    const poisoned = OF_EACH * Object.keys(POISON).length;
    await eventually(async () => (await depthOf(FAILED_QUEUE)) === failedBefore + poisoned, 30_000);
    return `all ${poisoned} are in ${FAILED_QUEUE}`;
  },
});

for (const [fault, copies, total] of [
  ['every work message twice', 1, 600],
  ['every work message twenty times at once', 19, 50],
] as const) {
  let recorder: Recorder | undefined;
  messages({
    fault,
    load: async () => {
      recorder = await recordMessages(NOTIFICATIONS_EXCHANGE, 'email.medium', (message, { publishAgain }) => {
        for (let copy = 0; copy < copies; copy += 1) publishAgain(message);
      });
      return { total };
    },
    strike: async () => {},
    async alsoExpect() {
      const recorded = recorder?.messages.length ?? 0;
      await recorder?.close();
      // It saw the lane from before the load on.
      expect(recorded).toBeGreaterThanOrEqual(total);
      return `${recorded * copies} copies`;
    },
  });
}

let events: Recorder | undefined;
const recordingEvents = (total: number) => async () => {
  events = await recordMessages(EVENTS_EXCHANGE, 'notification.#');
  return { total };
};

messages({
  fault: 'every event twice more, the latest first',
  load: recordingEvents(300),
  strike: async () => {},
  async alsoExpect({ load }) {
    const before = await recordsOf(load.accepted);
    const recorded = await eventsOfAll(load.accepted);
    for (const message of [...recorded, ...recorded].reverse()) events?.publishAgain(message);
    await events?.close();
    await drained(STATUS_QUEUE);
    expect(await recordsOf(load.accepted)).toEqual(before);
    return `${recorded.length} events again: no record changed`;
  },
});

messages({
  fault: 'the events of a notification arrive in reverse order',
  load: recordingEvents(300),
  strike: async () => {},
  async alsoExpect({ load }) {
    const recorded = await eventsOfAll(load.accepted);
    // The same stories once more, told backwards, of notifications that the record has never heard of.
    const newIds = new Map(load.accepted.map((id) => [id, randomUUID()]));
    const rename = (text: string): string =>
      [...newIds].reduce(
        (renamed, [id, newId]) => (renamed.includes(id) ? renamed.replaceAll(id, newId) : renamed),
        text,
      );
    for (const message of recorded.reverse()) {
      const messageId = rename(String(message.properties.messageId));
      events?.publishAgain(message, { body: Buffer.from(rename(message.content.toString())), messageId });
    }
    await events?.close();
    await drained(STATUS_QUEUE);
    const expected = JSON.parse(rename(JSON.stringify(await recordsOf(load.accepted))));
    expect(await recordsOf([...newIds.values()])).toEqual(expected);
    return 'the records are the same as in order';
  },
});

/** What was recorded about these, once every one's end is among it. */
async function eventsOfAll(ids: readonly string[]): Promise<Recorder['messages'][number][]> {
  const idOf = ({ content }: Recorder['messages'][number]) => JSON.parse(content.toString()).notification_id as string;
  const wanted = new Set(ids);
  return eventually(() => {
    const own = (events?.messages ?? []).filter((message) => wanted.has(idOf(message)));
    const ended = new Set(own.filter(({ fields }) => fields.routingKey === 'notification.sent').map(idOf));
    return ended.size === wanted.size && own;
  });
}
