import { expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { findInDatabases } from './databases.ts';
import { api, arrived, createUser, eventsOf, freshPhone, send, settled, unique } from './system.ts';

/** The same length for each, and nothing else that the system stores contains it. */
const secret = (what: string) => unique(`secret-${what}`);

test('of a person who is erased nothing is left in any database but ids and outcomes', async () => {
  const phone = freshPhone();
  const bouncing = `bounce-${secret('address')}@sandbox.test`;
  const [name, token, title, body, variable, note] = ['name', 'token', 'title', 'body', 'variable', 'note'].map(secret);
  const inDatabases = [bouncing, phone, name, token, title, body, variable, note].map(String);
  const userId = await createUser({ email: bouncing, phone, name, metadata: { note } });
  await api('POST', `/api/v1/users/${userId}/devices`, { token, platform: 'ios' });
  await api('PUT', `/api/v1/users/${userId}/preferences`, { types: { marketing: { channels: { sms: false } } } });
  const code = unique('template');
  await api('POST', '/api/v1/templates', { code, default_locale: 'en' });
  await api('PUT', `/api/v1/templates/${code}/draft/en`, { in_app: { title: 'Hello', body: '{{ variable }}' } });
  await api('POST', `/api/v1/templates/${code}/publish`, {});

  const content = { title, body };
  const request = { user_id: userId, metadata: { note } };
  // Refused by the mail server, and so suppressed, and failed, and in the operators' queue.
  const bounced = await send({ ...request, content, channels: ['email'] });
  const inInbox = await send({ ...request, template: { code }, variables: { variable }, channels: ['in_app'] });
  const waiting = await send({
    ...request,
    content,
    channels: ['sms'],
    send_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  expect((await settled(bounced.notification_id)).status).toBe('failed');
  expect((await settled(inInbox.notification_id)).status).toBe('delivered');
  // All of it is in some database now: the test would see it.
  await eventually(async () => {
    const found = await findInDatabases(inDatabases);
    return inDatabases.every((text) => found.some((place) => place.startsWith(text)));
  });

  expect((await api('DELETE', `/api/v1/users/${userId}`)).status).toBe(204);
  expect((await api('GET', `/api/v1/users/${userId}`)).status).toBe(404);
  expect((await api('DELETE', `/api/v1/users/${userId}`)).status).toBe(404);
  await eventually(async () => (await findInDatabases(inDatabases)).length === 0);

  const cancelled = await eventually(async () => {
    const { body: found } = await api('GET', `/api/v1/notifications/${waiting.notification_id}`);
    return found.status === 'cancelled' && found;
  });
  expect(eventsOf(cancelled).at(-1)).toBe('cancelled');
  expect(await arrived({ to: phone })).toEqual([]);
  const { body: trail } = await api('GET', `/api/v1/notifications/${bounced.notification_id}`);
  expect(trail).toMatchObject({ user_id: userId, status: 'failed', metadata: {} });
  expect(eventsOf(trail)).toContain('accepted');
  expect((await api('GET', `/api/v1/users/${userId}/inbox`)).body.data).toEqual([]);
  expect(await api('POST', `/api/v1/notifications/${bounced.notification_id}/retry`)).toMatchObject({ status: 409 });
}, 60_000);

test('nobody can be sent anything any more a second after they were erased', async () => {
  const userId = await createUser({ phone: freshPhone() });
  await send({ user_id: userId, content: { body: 'Hello' }, channels: ['sms'] });
  expect((await api('DELETE', `/api/v1/users/${userId}`)).status).toBe(204);
  // The promise is about time, so here time is what has to pass.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const answer = await api('POST', '/api/v1/notifications', { user_id: userId, content: { body: 'Hello' } });
  expect(answer).toMatchObject({ status: 404, body: { code: 'user_not_found' } });
});

test('what waited for the end of quiet hours is cancelled, not sent on its way', async () => {
  const hour = (fromNow: number) => new Date(Date.now() + fromNow * 3_600_000).toISOString().slice(11, 16);
  const phone = freshPhone();
  const userId = await createUser({ phone });
  const quietHours = { start: hour(-1), end: hour(1), timezone: 'UTC' };
  await api('PUT', `/api/v1/users/${userId}/preferences`, { quiet_hours: quietHours });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const { notification_id } = await send({ user_id: userId, content: { body: 'Hello' }, channels: ['sms'] });
  const found = async () => (await api('GET', `/api/v1/notifications/${notification_id}`)).body;
  await eventually(async () => eventsOf(await found()).some((event) => event.includes('quiet_hours')));
  await api('DELETE', `/api/v1/users/${userId}`);
  await eventually(async () => (await found()).status === 'cancelled');
  expect(await arrived({ to: phone })).toEqual([]);
});

test('an address that was suppressed stays so when its owner is erased, without standing anywhere', async () => {
  const email = `${secret('complained')}@sandbox.test`;
  const userId = await createUser({ email });
  const { body: suppression } = await api('POST', '/api/v1/suppressions', { channel: 'email', address: email });
  await api('DELETE', `/api/v1/users/${userId}`);
  const { body: listed } = await api('GET', `/api/v1/suppressions?address=${encodeURIComponent(email)}`);
  expect(listed.data).toEqual([{ ...suppression, address: null }]);
  const { notification_id } = await send({ to: { email }, content: { title: 'T', body: 'B' } });
  expect((await settled(notification_id)).status).toBe('suppressed');
});
