import { afterEach, expect, test } from '@jest/globals';
import type { NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { api, arrived, clearFaults, eventsOf, freshEmail, injectFault, send, settled } from './system.ts';

afterEach(clearFaults);

const content = { title: 'Hello', body: 'It works' };
const cancel = (id: string) => api('POST', `/api/v1/notifications/${id}/cancel`);
const read = async (id: string) => (await api('GET', `/api/v1/notifications/${id}`)).body as NotificationJson;

test('a scheduled notification is cancelled right after its 202, and cancelling again says the same', async () => {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const { notification_id: id, status } = await send({
    to: { email: freshEmail() },
    content,
    channels: ['email'],
    send_at: sendAt,
  });
  expect(status).toBe('scheduled');
  const answer = await cancel(id);
  expect(answer).toMatchObject({ status: 200, body: { notification_id: id, status: 'cancelled', send_at: sendAt } });
  expect(await cancel(id)).toMatchObject({ status: 200, body: answer.body });
  expect(eventsOf(await read(id))).toEqual(['accepted', 'scheduled send_at', 'cancelled']);
});

test('one that waits for its next try is cancelled: the try is not made', async () => {
  const email = freshEmail();
  await injectFault({ channel: 'email', to: email, kind: 'transient' });
  const { notification_id: id } = await send({ to: { email }, content, channels: ['email'], priority: 'critical' });
  await eventually(async () => (await read(id)).status === 'retrying');
  expect(await cancel(id)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  await clearFaults();
  // A later one with the same waits: when its second try is through, the cancelled one's has passed as well.
  const witness = freshEmail();
  await injectFault({ channel: 'email', to: witness, kind: 'transient', times: 1 });
  const { notification_id: other } = await send({
    to: { email: witness },
    content,
    channels: ['email'],
    priority: 'critical',
  });
  expect(await settled(other)).toMatchObject({ status: 'sent' });
  expect(await arrived({ to: email })).toEqual([]);
  const { status, timeline } = await read(id);
  expect(status).toBe('cancelled');
  expect(timeline.filter(({ event }) => event === 'cancelled')).toHaveLength(1);
});

test('what a provider has taken can not be cancelled any more', async () => {
  const { notification_id: id } = await send({ to: { email: freshEmail() }, content, channels: ['email'] });
  await settled(id);
  expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'already_sent' } });
});

test('an unknown id is 404, and a body that says something is refused', async () => {
  const { status, body } = await cancel('01900000-0000-7000-8000-000000000000');
  expect([status, body.code]).toEqual([404, 'notification_not_found']);
  const { notification_id: id } = await send({ to: { email: freshEmail() }, content, channels: ['email'] });
  const answer = await api('POST', `/api/v1/notifications/${id}/cancel`, { reason: 'changed my mind' });
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'reason' }] } });
});
