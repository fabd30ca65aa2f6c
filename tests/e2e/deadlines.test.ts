import { expect, test } from '@jest/globals';
import type { NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { api, arrived, eventsOf, freshEmail, freshPhone, send } from './system.ts';

const content = { title: 'Hello', body: 'It works' };
const read = async (id: string) => (await api('GET', `/api/v1/notifications/${id}`)).body as NotificationJson;

test('an SMS that nobody confirms in time is followed by the email', async () => {
  const [email, phone] = [freshEmail(), freshPhone()];
  const { notification_id: id } = await send({
    to: { email, phone },
    content,
    channels: ['sms', 'email'],
    confirm_within_seconds: 1,
  });
  const notification = await eventually(async () => {
    const found = await read(id);
    return found.channel === 'email' && found.status === 'sent' && found;
  }, 30_000);
  expect(eventsOf(notification)).toEqual([
    'accepted',
    'processing sms',
    'sent sms',
    'failover sms not_confirmed',
    'processing email',
    'sent email',
  ]);
  expect(await arrived({ to: email })).toHaveLength(1);
});
