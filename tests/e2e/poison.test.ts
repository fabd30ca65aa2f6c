import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { api, arrived, eventsOf, freshEmail, rabbitmq, send, settled } from './system.ts';

async function publishRaw(payload: string, headers: Record<string, unknown> = {}): Promise<void> {
  const { routed } = await rabbitmq<{ routed: boolean }>('POST', '/exchanges/%2F/notifications.direct/publish', {
    properties: { delivery_mode: 2, message_id: randomUUID(), headers },
    routing_key: 'email.medium',
    payload,
    payload_encoding: 'string',
  });
  expect(routed).toBe(true);
}

async function inFailedQueue(header: string, value: string): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const messages = await rabbitmq<{ payload: string; properties: { headers?: Record<string, unknown> } }[]>(
      'POST',
      '/queues/%2F/failed.queue/get',
      { count: 1000, ackmode: 'ack_requeue_true', encoding: 'auto' },
    );
    return messages.find(({ properties }) => properties.headers?.[header] === value)?.properties.headers;
  });
}

test.each([
  ['not JSON', '{ not json'],
  ['another schema', JSON.stringify({ version: 1, hello: 'world' })],
  ['a version from the future', JSON.stringify({ version: 99 })],
  ['nothing', ''],
])('a message that is %s goes to the failed queue with its reason, and the lane goes on', async (_what, payload) => {
  const probe = randomUUID();
  await publishRaw(payload, { probe });
  expect(await inFailedQueue('probe', probe)).toMatchObject({ reason: 'invalid_message', detail: expect.any(String) });
  const email = freshEmail();
  const { notification_id: id } = await send({ to: { email }, content: { title: 'T', body: 'after the poison' } });
  expect(await settled(id)).toMatchObject({ status: 'sent' });
});

test('a poisoned message that names its notification is on the record as failed', async () => {
  const id = randomUUID();
  await publishRaw('{ broken', { notification_id: id });
  const notification = await eventually(async () => {
    const { status, body } = await api('GET', `/api/v1/notifications/${id}`);
    return status === 200 && body;
  });
  expect(notification).toMatchObject({ status: 'failed' });
  expect(eventsOf(notification).join()).toContain('invalid_message');
});

test('the same work message twenty times is sent once', async () => {
  const email = freshEmail();
  const id = randomUUID();
  const envelope = {
    version: 1,
    notification_id: id,
    epoch: 0,
    hop: 0,
    attempt: 1,
    deferrals: 0,
    notification_type: 'test',
    priority: 'medium',
    recipient: { to: { email } },
    content: { title: 'Once', body: 'only' },
    variables: {},
    plan: ['email'],
    tried: [],
    skipped: [],
    correlation_id: 'duplicates',
    metadata: {},
    created_at: new Date().toISOString(),
  };
  await Promise.all(Array.from({ length: 20 }, () => publishRaw(JSON.stringify(envelope))));
  expect(await settled(id)).toMatchObject({ status: 'sent' });
  // Whoever waits on a rung for the first to finish has come back when the queues are empty.
  await eventually(async () => {
    const queues = await rabbitmq<{ name: string; messages?: number }[]>('GET', '/queues/%2F?columns=name,messages');
    return queues.filter(({ name }) => /^(email|retry)\./.test(name)).every(({ messages }) => messages === 0);
  }, 30_000);
  expect(await arrived({ to: email })).toHaveLength(1);
  expect((await settled(id)).attempts).toHaveLength(1);
});
