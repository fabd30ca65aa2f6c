import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningService, runWebhookService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await runWebhookService();
});
afterAll(() => service.stop());

const url = 'https://hooks.example.test/notify';
const events = ['notification.sent', 'notification.failed'];

test('a webhook is made, read, listed, changed and deleted', async () => {
  const made = await service.call('post', '/webhooks', { url, events });
  expect(made.status).toBe(201);
  const { secret, ...webhook } = made.body;
  expect(webhook).toEqual({
    id: expect.any(String),
    url,
    events,
    notification_types: null,
    enabled: true,
    disabled_reason: null,
    disabled_at: null,
    created_at: expect.any(String),
    updated_at: webhook.created_at,
  });
  // The answer that made it is the only one with the secret.
  expect(secret).toMatch(/^whsec_/);
  expect((await service.call('get', `/webhooks/${webhook.id}`)).body).toEqual(webhook);
  expect((await service.call('get', '/webhooks')).body.data).toEqual([webhook]);

  const change = { notification_types: ['otp'], events: ['notification.read'] };
  const changed = await service.call('patch', `/webhooks/${webhook.id}`, change);
  expect(changed.body).toEqual({ ...webhook, ...change, updated_at: expect.any(String) });
  const back = await service.call('patch', `/webhooks/${webhook.id}`, { notification_types: null });
  expect(back.body).toMatchObject({ notification_types: null, events: ['notification.read'] });

  expect((await service.call('delete', `/webhooks/${webhook.id}`)).status).toBe(204);
  for (const method of ['get', 'delete'] as const) {
    expect((await service.call(method, `/webhooks/${webhook.id}`)).status).toBe(404);
  }
});

test('in the database a secret is not to be read', async () => {
  const { id, secret } = await service.addWebhook({ url });
  const rotated = await service.call('post', `/webhooks/${id}/rotate_secret`);
  expect(rotated.body.secret).not.toBe(secret);
  const { rows } = await service.database.query('SELECT webhooks::text AS row, secret, previous_secret FROM webhooks');
  for (const { row, secret: sealed, previous_secret: previous } of rows) {
    expect(row).not.toContain('whsec');
    expect(sealed.includes('whsec')).toBe(false);
    expect(previous?.includes('whsec')).not.toBe(true);
  }
});

test('the list is walked page by page, newest first', async () => {
  const ids = [];
  for (let n = 0; n < 3; n += 1) ids.unshift((await service.addWebhook({ url })).id);
  const first = await service.call('get', '/webhooks?limit=2');
  expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
  const second = await service.call('get', `/webhooks?limit=2&cursor=${first.body.meta.next_cursor}`);
  expect(second.body.data[0].id).toBe(ids[2]);
  expect((await service.call('get', '/webhooks?cursor=x')).status).toBe(400);
});

test('everything that is wrong with a webhook is told at once', async () => {
  const { status, body } = await service.call('post', '/webhooks', {
    url: 'nonsense',
    events: ['notification.exploded'],
    notification_types: ['not a type'],
    secret: 'mine',
  });
  expect(status).toBe(400);
  expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'events.0',
    'notification_types.0',
    'secret',
    'url',
  ]);
  expect((await service.call('post', '/webhooks', { url, events: [] })).status).toBe(400);
  expect((await service.call('patch', `/webhooks/${randomUUID()}`, {})).status).toBe(400);
  const metadata = await service.call('post', '/webhooks', { url: 'http://169.254.169.254/', events });
  expect(metadata.body.errors).toMatchObject([{ field: 'url', code: 'address_not_allowed' }]);
});

test('what does not exist is 404, whatever its id looks like', async () => {
  for (const id of [randomUUID(), 'nonsense', '%00']) {
    expect((await service.call('get', `/webhooks/${id}`)).status).toBe(404);
    expect((await service.call('patch', `/webhooks/${id}`, { enabled: true })).status).toBe(404);
    expect((await service.call('post', `/webhooks/${id}/rotate_secret`)).status).toBe(404);
    expect((await service.call('post', `/webhooks/${id}/test`)).status).toBe(404);
    expect((await service.call('get', `/webhooks/${id}/deliveries`)).status).toBe(404);
    expect((await service.call('post', `/webhooks/deliveries/${id}/resend`)).status).toBe(404);
  }
});

test('there is room for a hundred', async () => {
  await service.database.query(
    `INSERT INTO webhooks (id, url, events, secret)
     SELECT gen_random_uuid(), $1, '{notification.read}', '' FROM generate_series(1, 100 - (SELECT count(*)::integer FROM webhooks))`,
    [url],
  );
  const refused = await service.call('post', '/webhooks', { url, events });
  expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  await service.database.query(`DELETE FROM webhooks WHERE secret = ''`);
  expect((await service.call('post', '/webhooks', { url, events })).status).toBe(201);
});

test('production takes no http, and nothing on this machine', async () => {
  const production = await runWebhookService({ NODE_ENV: 'production' });
  try {
    for (const [address, code] of [
      ['http://hooks.example.test/', 'https_only'],
      ['https://127.0.0.1/', 'address_not_allowed'],
    ]) {
      const { status, body } = await production.call('post', '/webhooks', { url: address, events });
      expect([status, body.errors?.[0]?.code]).toEqual([400, code]);
    }
    const { id } = await production.addWebhook({ url });
    const patched = await production.call('patch', `/webhooks/${id}`, { url: 'https://10.0.0.1/' });
    expect(patched.body.errors).toMatchObject([{ code: 'address_not_allowed' }]);
    // A name is judged when it is connected to.
    const local = await production.addWebhook({ url: 'https://localhost/' });
    const tested = await production.call('post', `/webhooks/${local.id}/test`);
    expect(tested.body).toMatchObject({ status: 'failed', attempts: [{ error: 'address_not_allowed' }] });
  } finally {
    await production.stop();
  }
});
