import { expect, test } from '@jest/globals';
import type { NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import {
  api,
  arrived,
  createUser,
  eventsOf,
  freshEmail,
  freshPhone,
  outcomesOf,
  rabbitmq,
  refusedPhone,
  send,
  settled,
} from './system.ts';

const content = { title: 'Hello', body: 'It works' };

test('a notification is delivered by email, and its record says so', async () => {
  const email = freshEmail();
  const userId = await createUser({ email });
  const answer = await send({ user_id: userId, notification_type: 'welcome', content, channels: ['email'] });
  expect(answer).toMatchObject({ status: 'accepted', channels: ['email'], priority: 'medium' });
  const notification = await settled(answer.notification_id);
  expect(notification).toMatchObject({
    status: 'sent',
    channel: 'email',
    user_id: userId,
    notification_type: 'welcome',
  });
  expect(eventsOf(notification)).toEqual(['accepted', 'processing email', 'sent email']);
  expect(notification.attempts).toMatchObject([{ channel: 'email', provider: 'smtp', status: 'sent', attempt: 1 }]);
  const [mail] = await arrived({ to: email });
  expect(mail).toMatchObject({ subject: 'Hello', notification_id: answer.notification_id });
  expect(mail?.text?.trim()).toBe('It works');
});

test('when the email address is refused the SMS takes over, once, and the trail tells', async () => {
  const phone = freshPhone();
  const userId = await createUser({ email: freshEmail('bounce'), phone });
  const { notification_id: id } = await send({ user_id: userId, content, channels: ['email', 'sms'] });
  const notification = await settled(id);
  expect(notification).toMatchObject({ status: 'sent', channel: 'sms' });
  expect(outcomesOf(notification.attempts)).toEqual(['email failed recipient', 'sms sent']);
  expect(notification.attempts[0]).toMatchObject({ provider: 'smtp', error_code: expect.stringContaining('5.1.1') });
  expect(eventsOf(notification)).toEqual([
    'accepted',
    'processing email',
    'failover email recipient',
    'processing sms',
    'sent sms',
  ]);
  expect(await arrived({ notification_id: id })).toMatchObject([{ channel: 'sms', to: phone, body: 'It works' }]);
});

test('every decision is told in words, those of the gateway at once', async () => {
  const userId = await createUser({ email: freshEmail('bounce'), phone: freshPhone() });
  const { notification_id: id } = await send({ user_id: userId, content, channels: ['push', 'email', 'sms'] });
  const wordsOf = ({ timeline }: NotificationJson) => timeline.map(({ detail }) => detail);
  const accepted = [
    'The request was taken, and is safe',
    'Push was passed over: there is no address for it, or no device of a provider in use',
  ];
  const { body } = await api('GET', `/api/v1/notifications/${id}`);
  expect(wordsOf(body).slice(0, 2)).toEqual(accepted);
  expect(wordsOf(await settled(id))).toEqual([
    ...accepted,
    'Email: a provider is being asked',
    'Email was left for the next channel: this address cannot be reached, or wants none',
    'SMS: a provider is being asked',
    'SMS: a provider took it',
  ]);
});

test('an exhausted plan ends as failed, on the record and in the failed queue', async () => {
  const userId = await createUser({ email: freshEmail('bounce'), phone: await refusedPhone() });
  const { notification_id: id } = await send({ user_id: userId, content, channels: ['email', 'sms'] });
  const notification = await settled(id);
  expect(notification).toMatchObject({ status: 'failed', channel: 'sms' });
  expect(notification.attempts[1]).toMatchObject({ provider: 'twilio', error_code: '21211', error_class: 'recipient' });
  expect(eventsOf(notification).at(-1)).toBe('failed sms recipient');
  await eventually(async () => {
    const messages = await rabbitmq<{ properties: { headers?: Record<string, unknown> } }[]>(
      'POST',
      '/queues/%2F/failed.queue/get',
      { count: 500, ackmode: 'ack_requeue_true', encoding: 'auto' },
    );
    const found = messages.find(({ properties }) => properties.headers?.['notification_id'] === id);
    return (
      found &&
      expect(found.properties.headers).toMatchObject({ channel: 'sms', reason: 'recipient', hop: 1 }) === undefined
    );
  });
});

test('a temporary failure is retried after 1 s and 5 s, then the next channel takes over', async () => {
  const userId = await createUser({ email: freshEmail('tempfail'), phone: freshPhone() });
  const { notification_id: id } = await send({ user_id: userId, content, channels: ['email', 'sms'] });
  const notification = await settled(id);
  expect(outcomesOf(notification.attempts)).toEqual([
    'email failed transient',
    'email failed transient',
    'email failed transient',
    'sms sent',
  ]);
  expect(notification.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1]);
  const startedAt = notification.attempts.map(({ started_at }) => Date.parse(started_at)) as [
    number,
    number,
    number,
    number,
  ];
  expect(startedAt[1] - startedAt[0]).toBeGreaterThanOrEqual(950);
  expect(startedAt[2] - startedAt[1]).toBeGreaterThanOrEqual(4_950);
  expect(eventsOf(notification).filter((event) => event.startsWith('retrying'))).toHaveLength(2);
  expect(eventsOf(notification)).toContain('failover email retries_exhausted');
});

test('push goes to every device, is sent when one takes it, and forgets the dead one', async () => {
  const userId = await createUser({});
  const [alive, dead] = [`alive-${userId}`, `dead-${userId}`];
  for (const token of [alive, dead]) {
    expect((await api('POST', `/api/v1/users/${userId}/devices`, { token, platform: 'android' })).status).toBe(201);
  }
  const { notification_id: id } = await send({ user_id: userId, content, channels: ['push'] });
  const notification = await settled(id);
  expect(notification).toMatchObject({ status: 'sent', channel: 'push' });
  expect(outcomesOf(notification.attempts).sort()).toEqual(['push failed recipient', 'push sent']);
  expect(await arrived({ notification_id: id })).toMatchObject([{ channel: 'push', to: alive, title: 'Hello' }]);
  await eventually(async () => {
    const { body } = await api('GET', `/api/v1/users/${userId}/devices`);
    return JSON.stringify(body).includes(alive) && !JSON.stringify(body).includes(dead);
  });
});

test('in-app is delivered into the inbox at once', async () => {
  const userId = await createUser({});
  const { notification_id: id } = await send({ user_id: userId, content, channels: ['in_app'] });
  expect(await settled(id)).toMatchObject({ status: 'delivered', channel: 'in_app' });
  const { body } = await api('GET', `/api/v1/users/${userId}/inbox`);
  expect(body.data).toMatchObject([{ notification_id: id, title: 'Hello', body: 'It works', read_at: null }]);
  expect((await api('GET', `/api/v1/users/${userId}/inbox/unread_count`)).body).toEqual({ unread_count: 1 });
});

test('contacts given with the request are enough, and every priority has its lane', async () => {
  for (const priority of ['critical', 'HIGH', 'normal', 'low']) {
    const email = freshEmail();
    const answer = await send({ to: { email }, content, priority });
    expect(answer.priority).toBe(priority === 'normal' ? 'medium' : priority.toLowerCase());
    expect(await settled(answer.notification_id)).toMatchObject({ status: 'sent', user_id: null });
    expect(await arrived({ to: email })).toHaveLength(1);
  }
});

test('right after the 202 it can be read, and the list finds it by its filters', async () => {
  const userId = await createUser({ email: freshEmail() });
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const { notification_id: id } = await send({ user_id: userId, content, channels: ['email'], metadata: { n } });
    expect((await api('GET', `/api/v1/notifications/${id}`)).status).toBe(200);
    ids.push(id);
  }
  for (const id of ids) await settled(id);
  const first = await api('GET', `/api/v1/notifications?user_id=${userId}&status=sent&limit=2`);
  expect(first.body.data.map((each: { notification_id: string }) => each.notification_id)).toEqual([ids[2], ids[1]]);
  const second = await api(
    'GET',
    `/api/v1/notifications?user_id=${userId}&limit=2&cursor=${first.body.meta.next_cursor}`,
  );
  expect(second.body.data).toMatchObject([{ notification_id: ids[0], metadata: { n: 0 } }]);
  expect(second.body.meta.next_cursor).toBeNull();
});

test('the correlation id of the request follows the notification', async () => {
  const answer = await api(
    'POST',
    '/api/v1/notifications',
    { to: { email: freshEmail() }, content },
    { 'x-correlation-id': 'trace-me-42' },
  );
  expect(answer.headers.get('x-correlation-id')).toBe('trace-me-42');
  expect(answer.headers.get('location')).toBe(`/api/v1/notifications/${answer.body.notification_id}`);
  expect(await settled(answer.body.notification_id)).toMatchObject({ correlation_id: 'trace-me-42' });
});
