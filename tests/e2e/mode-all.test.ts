import { expect, test } from '@jest/globals';
import { arrived, freshEmail, freshPhone, outcomesOf, refusedPhone, send, settled } from './system.ts';

const content = { title: 'Hello', body: 'It works' };

test('with mode all every channel delivers, and each is on the record', async () => {
  const [email, phone] = [freshEmail(), freshPhone()];
  const { notification_id: id } = await send({
    to: { email, phone },
    content,
    channels: ['email', 'sms'],
    mode: 'all',
  });
  const notification = await settled(id);
  expect(notification).toMatchObject({ mode: 'all', channels: ['email', 'sms'] });
  expect(['sent', 'delivered']).toContain(notification.status);
  expect(outcomesOf(notification.attempts).sort()).toEqual(['email sent', 'sms sent']);
  expect(await arrived({ to: email })).toHaveLength(1);
  expect(await arrived({ to: phone })).toHaveLength(1);
});

test('with mode all one channel that fails takes nothing from the others', async () => {
  const [email, phone] = [freshEmail(), await refusedPhone()];
  const { notification_id: id } = await send({
    to: { email, phone },
    content,
    channels: ['sms', 'email'],
    mode: 'all',
  });
  const notification = await settled(id);
  expect(notification).toMatchObject({ status: 'sent', channel: 'email' });
  expect(outcomesOf(notification.attempts).sort()).toEqual(['email sent', 'sms failed recipient']);
});

test('with mode all it failed only when every channel failed', async () => {
  const { notification_id: id } = await send({
    to: { email: freshEmail('bounce'), phone: await refusedPhone() },
    content,
    channels: ['email', 'sms'],
    mode: 'all',
  });
  const notification = await settled(id);
  expect(notification.status).toBe('failed');
  expect(outcomesOf(notification.attempts).sort()).toEqual(['email failed recipient', 'sms failed recipient']);
});
