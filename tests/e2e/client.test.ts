import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { createClient, NotifyError } from '@notify/client';
import { apiKey, arrived, freshEmail, freshPhone, gatewayUrl, outcomesOf, refusedPhone, unique } from './system.ts';

const client = createClient({ baseUrl: gatewayUrl, apiKey });
const content = { title: 'Hello', body: 'It works' };
const problemOf = async (promise: Promise<unknown>): Promise<NotifyError> => {
  const error = await promise.then(() => undefined).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(NotifyError);
  return error as NotifyError;
};

test('it sends to a user, waits for the outcome, and repeats nothing under one key', async () => {
  const userId = unique('user');
  const email = freshEmail();
  await client.users.put(userId, { email, locale: 'fr-CA' });
  const request = { user_id: userId, content, channels: ['email' as const] };
  const idempotencyKey = unique('key');
  const { notification_id: id, status } = await client.notifications.send(request, { idempotencyKey });
  expect(status).toBe('accepted');
  expect(await client.notifications.waitUntilSettled(id)).toMatchObject({ status: 'sent', channel: 'email' });
  expect(await client.notifications.send(request, { idempotencyKey })).toMatchObject({ notification_id: id });
  expect(await arrived({ to: email })).toHaveLength(1);
});

test('a batch is told item by item, and its notifications are listed over several pages', async () => {
  const userId = unique('user');
  await client.users.put(userId, { email: freshEmail() });
  const good = { user_id: userId, content, channels: ['email' as const] };
  const { accepted, results } = await client.notifications.sendBatch([
    good,
    { user_id: unique('nobody'), content },
    good,
    good,
  ]);
  expect(accepted).toBe(3);
  expect(results[1]).toMatchObject({ index: 1, error: { code: 'user_not_found' } });
  const ids = results.flatMap(({ notification_id: id }) => id ?? []);
  for (const id of ids) await client.notifications.waitUntilSettled(id);
  const listed: string[] = [];
  const list = client.notifications.list({
    user_id: userId,
    limit: 1,
    created_after: new Date(Date.now() - 3_600_000),
  });
  for await (const notification of list) listed.push(notification.notification_id);
  expect(listed.sort()).toEqual(ids.sort());
  expect((await list.page()).meta.next_cursor).toEqual(expect.any(String));
});

test('a scheduled notification is cancelled, one that was sent is not', async () => {
  const { notification_id: id } = await client.notifications.send({
    to: { email: freshEmail() },
    content,
    send_at: new Date(Date.now() + 3_600_000),
  });
  expect(await client.notifications.cancel(id)).toMatchObject({ status: 'cancelled' });
  const { notification_id: sent } = await client.notifications.send({ to: { email: freshEmail() }, content });
  await client.notifications.waitUntilSettled(sent);
  expect(await problemOf(client.notifications.cancel(sent))).toMatchObject({ status: 409, code: 'already_sent' });
});

test('notify: a fallback is a success, and what nobody took is thrown with its attempts', async () => {
  const message = { message: 'Your code is 123456', type: 'otp' };
  const answer = await client.notifications.notify({
    to: { email: freshEmail('bounce'), phone: freshPhone() },
    ...message,
  });
  if (answer.status === 'accepted') throw new Error('there is no outcome yet');
  expect(answer).toMatchObject({ status: 'sent', channel: 'sms', fallback_used: true });
  expect(outcomesOf(answer.attempts)).toEqual(['email failed recipient', 'sms sent']);

  const to = { email: freshEmail('bounce'), phone: await refusedPhone() };
  const error = await problemOf(client.notifications.notify({ to, ...message }));
  expect(error).toMatchObject({ status: 422, code: 'undeliverable', correlationId: expect.any(String) });
  expect(error.attempts?.map(({ channel }) => channel)).toEqual(['email', 'sms']);
});

test('an error names every field, each unusable channel, and a key that is none', async () => {
  const invalid = await problemOf(client.notifications.send({ to: { email: 'nope', phone: '123' }, content }));
  expect(invalid).toMatchObject({ status: 400, code: 'validation_failed' });
  expect(invalid.errors.map(({ field }) => field).sort()).toEqual(['to.email', 'to.phone']);

  const userId = unique('user');
  await client.users.put(userId, { phone: freshPhone() });
  const unreachable = await problemOf(client.notifications.send({ user_id: userId, content, channels: ['email'] }));
  expect(unreachable).toMatchObject({ status: 422, code: 'no_deliverable_channel' });
  expect(unreachable.channels).toEqual([{ channel: 'email', reason: 'no_contact' }]);

  const stranger = createClient({ baseUrl: gatewayUrl, apiKey: 'nk_live_nobody_nothing' });
  expect(await problemOf(stranger.notificationTypes().page())).toMatchObject({ status: 401, code: 'unauthorized' });
});

test('users, their devices and preferences', async () => {
  const userId = unique('user');
  await client.users.put(userId, { email: freshEmail() });
  expect(await client.users.patch(userId, { name: 'Ada' })).toMatchObject({ name: 'Ada', email: expect.any(String) });
  expect(await client.users.get(userId)).toMatchObject({ user_id: userId, name: 'Ada' });
  expect((await client.users.list({ limit: 1 }).page()).data).toHaveLength(1);

  const token = `${unique('token')}/with:odd signs`;
  const device = await client.users.devices.register(userId, { token, platform: 'ios' });
  expect((await client.users.devices.list(userId).page()).data).toEqual([device]);
  await client.users.devices.delete(userId, token);
  expect((await client.users.devices.list(userId).page()).data).toEqual([]);

  await client.users.preferences.put(userId, { channels: { sms: false } });
  expect(await client.users.preferences.get(userId)).toMatchObject({ channels: { sms: false } });
});

test('templates from draft to version', async () => {
  const code = unique('template');
  expect(await client.templates.create({ code })).toMatchObject({ code, published_version: null });
  const sources = { sms: { text: 'Hello {{ name }}' } };
  await client.templates.putDraft(code, 'en', sources);
  expect(await client.templates.getDraft(code, 'en')).toEqual(sources);
  expect(await client.templates.publish(code)).toMatchObject({ version: 1, locales: ['en'] });
  expect((await client.templates.listVersions(code).page()).data).toMatchObject([{ version: 1 }]);
  expect(await client.templates.getVersion(code, 1)).toMatchObject({ locales: { en: sources } });
  expect(await client.templates.get(code)).toMatchObject({ published_version: 1 });
  expect((await client.templates.list({ limit: 1 }).page()).data).toHaveLength(1);

  const variables = { name: { example: 'Ada' } };
  expect(await client.templates.patch(code, { variables })).toMatchObject({ variables: { name: { required: true } } });
  expect(await client.templates.publish(code)).toMatchObject({ version: 2, sizes: { en: {} } });
  expect(await client.templates.preview(code)).toMatchObject({ locale: 'en', missing_variables: [] });
  expect(await client.templates.rollback(code, 1)).toMatchObject({ version: 1 });
  await client.templates.deleteDraft(code, 'en');
  await client.templates.delete(code);
  await expect(client.templates.get(code)).rejects.toMatchObject({ code: 'template_not_found' });
});

test('suppressions, keys, inbox and its token, statistics, audit log and types', async () => {
  const address = freshEmail();
  const suppression = await client.suppressions.add({ channel: 'email', address, reason: 'complaint' });
  expect((await client.suppressions.list({ address }).page()).data).toEqual([suppression]);
  await client.suppressions.delete(suppression.id);
  expect((await client.suppressions.list({ address }).page()).data).toEqual([]);

  const key = await client.apiKeys.create({ name: unique('shop'), scopes: ['users:read'] });
  expect((await client.apiKeys.rotate(key.id)).key).not.toBe(key.key);
  const names: string[] = [];
  for await (const { name } of client.apiKeys.list()) names.push(name);
  expect(names).toContain(key.name);
  await client.apiKeys.revoke(key.id);

  const userId = unique('user');
  await client.users.put(userId, {});
  const { notification_id: id } = await client.notifications.send({ user_id: userId, content, channels: ['in_app'] });
  await client.notifications.waitUntilSettled(id);
  expect(await client.inbox.unreadCount(userId)).toBe(1);
  expect((await client.inbox.list(userId, { unread: true }).page()).data).toMatchObject([{ notification_id: id }]);

  const { token } = await client.users.createToken(userId);
  const ownInbox = createClient({ baseUrl: gatewayUrl, apiKey: token }).inbox;
  expect(await ownInbox.unreadCount(userId)).toBe(1);
  const [item] = (await ownInbox.list(userId).page()).data;
  expect((await ownInbox.read(userId, item?.id ?? '')).read_at).toEqual(expect.any(String));
  expect(await client.inbox.readAll(userId)).toBe(0);
  expect(await client.notifications.read(id)).toMatchObject({ notification_id: id, status: 'read' });
  await ownInbox.archive(userId, item?.id ?? '');
  expect((await ownInbox.list(userId).page()).data).toEqual([]);

  expect(await client.stats({ window: '24h' })).toMatchObject({ window: '24h', total: expect.any(Number) });
  const [latest] = (await client.auditLog({ limit: 1 }).page()).data;
  expect(latest).toMatchObject({ operation: expect.any(String), at: expect.any(String) });
  expect((await client.notificationTypes().page()).data[0]).toMatchObject({ notification_type: 'default' });
});

test("what failed is sent again, and a replay's dry run only counts", async () => {
  const userId = unique('user');
  await client.users.put(userId, { phone: await refusedPhone() });
  const { notification_id: id } = await client.notifications.send({ user_id: userId, content, channels: ['sms'] });
  expect(await client.notifications.waitUntilSettled(id)).toMatchObject({ status: 'failed' });
  const filter = { user_id: userId, created_before: new Date(Date.now() + 60_000) };
  expect(await client.notifications.replay({ filter, dry_run: true })).toEqual({ matched: 1, replayed: 0 });
  expect(await client.notifications.retry(id)).toMatchObject({ notification_id: id });
});

test("the README's example runs as it stands", async () => {
  const file = join(process.cwd(), 'examples', 'send.ts');
  expect(readFileSync('README.md', 'utf8')).toContain(readFileSync(file, 'utf8'));
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, NOTIFY_URL: gatewayUrl, API_KEY: apiKey },
  });
  expect(stdout).toMatch(/^[0-9a-f-]{36}: sent by email\nrefused: 404 user_not_found\n$/);
});
