import { expect, test } from '@jest/globals';
import type { NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { killProcess, processId, restarted } from './running-processes.ts';
import { api, arrived, eventsOf, freshEmail, outcomesOf, send, settled } from './system.ts';

const content = { title: 'Hello', body: 'It works' };
const inMs = (delayMs: number) => new Date(Date.now() + delayMs).toISOString();
const read = async (id: string) => (await api('GET', `/api/v1/notifications/${id}`)).body as NotificationJson;

test('a scheduled notification says so, and then that it was due', async () => {
  const email = freshEmail();
  const sendAt = inMs(2_000);
  const { notification_id: id, status } = await send({ to: { email }, content, channels: ['email'], send_at: sendAt });
  expect(status).toBe('scheduled');
  expect(await read(id)).toMatchObject({ status: 'scheduled', send_at: sendAt });
  const notification = await settled(id);
  expect(notification.status).toBe('sent');
  expect(eventsOf(notification)).toEqual(['accepted', 'scheduled send_at', 'due', 'processing email', 'sent email']);
  expect(await arrived({ to: email })).toHaveLength(1);
});

test('it arrives at the provider within a second of its time, and never before', async () => {
  const times = Array.from({ length: 5 }, (_, index) => ({ email: freshEmail(), sendAt: inMs(2_000 + 400 * index) }));
  const latenesses = await Promise.all(
    times.map(async ({ email, sendAt }) => {
      await send({ to: { email }, content, channels: ['email'], send_at: sendAt });
      const message = await eventually(async () => (await arrived({ to: email }))[0], 30_000);
      return Date.parse(message.received_at) - Date.parse(sendAt);
    }),
  );
  expect(Math.min(...latenesses)).toBeGreaterThanOrEqual(0);
  // The median: one may meet a busy moment of the machine.
  expect(latenesses.sort((a, b) => a - b)[2]).toBeLessThan(1_000);
});

test('a schedule outlives the service that keeps it: killed before its time, it is sent once, as soon as the service is back', async () => {
  const email = freshEmail();
  const { notification_id: id } = await send({ to: { email }, content, channels: ['email'], send_at: inMs(2_000) });
  await eventually(async () => (await read(id)).status === 'scheduled');
  const before = processId('status-service');
  killProcess('status-service');
  await restarted('status-service', before);
  expect(await settled(id, 60_000)).toMatchObject({ status: 'sent' });
  expect(await arrived({ to: email })).toHaveLength(1);
}, 180_000);

test('what has expired by the time it is due is not sent', async () => {
  const email = freshEmail();
  const { notification_id: id } = await send({
    to: { email },
    content,
    channels: ['email'],
    send_at: inMs(2_000),
    // Past by the time that a worker has it.
    expires_at: inMs(2_001),
  });
  await eventually(async () => (await read(id)).status === 'expired', 30_000);
  expect(await arrived({ to: email })).toEqual([]);
});

test('what would be tried again only after its expiry has expired at once, with what was tried', async () => {
  const expiresAt = inMs(20_000);
  const { notification_id: id } = await send({
    to: { email: freshEmail('tempfail') },
    content,
    channels: ['email'],
    expires_at: expiresAt,
  });
  const expired = await eventually(async () => {
    const notification = await read(id);
    return notification.status === 'expired' && notification;
  }, 20_000);
  expect(outcomesOf(expired.attempts)).toEqual(['email failed transient']);
  expect(eventsOf(expired)).toEqual(['accepted', 'processing email', 'expired email no_time_left']);
  expect(Date.parse(expired.updated_at)).toBeLessThan(Date.parse(expiresAt));
});
