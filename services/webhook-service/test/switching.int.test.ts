import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { WebhookDisabledReason, WebhookJson } from '@notify/contracts';
import { eventually, startWebhookReceiver, type WebhookReceiver } from '@notify/testing';
import { type RunningService, runWebhookService } from './running-service.ts';

const SWITCHES = ['webhook.disabled', 'webhook.enabled'];

let service: RunningService;
let receiver: WebhookReceiver;
let watcherId: string;
/** What the webhook of a test answers. */
let status = 204;
beforeAll(async () => {
  service = await runWebhookService({ WEBHOOK_RETRY_SECONDS: '0,1,1,1' });
  receiver = await startWebhookReceiver(({ path }, response) =>
    response.writeHead(path === '/watcher' ? 204 : status).end(),
  );
  watcherId = (await service.addWebhook({ url: urlOf('/watcher'), events: SWITCHES })).id;
});
afterAll(async () => {
  await receiver.close();
  await service.stop();
});
afterEach(() => {
  status = 204;
  receiver.received.length = 0;
});

const urlOf = (path: string) => `http://127.0.0.1:${receiver.port}${path}`;
const webhookOf = async (id: string): Promise<WebhookJson> => (await service.call('get', `/webhooks/${id}`)).body;
const disabled = (id: string) =>
  eventually(async () => {
    const webhook = await webhookOf(id);
    return !webhook.enabled && webhook;
  });
const told = () =>
  receiver.at('/watcher').map(({ body }) => {
    const { type, data } = JSON.parse(body) as { type: string; data: { webhook_id: string; reason?: string } };
    return [type, data.webhook_id, data.reason];
  });
async function failsSince(id: string, hours: number): Promise<void> {
  await service.database.query('UPDATE webhooks SET failing_since = now() - make_interval(hours => $2) WHERE id = $1', [
    id,
    hours,
  ]);
}

async function expectDisabled(id: string, reason: WebhookDisabledReason): Promise<void> {
  expect(await disabled(id)).toMatchObject({ disabled_reason: reason, disabled_at: expect.any(String) });
  await eventually(() => told().some((event) => event.join() === ['webhook.disabled', id, reason].join()));
}

test('410 disables a webhook at once, and others are told', async () => {
  status = 410;
  const { id } = await service.addWebhook({ url: urlOf('/gone') });
  await service.tell({});
  await expectDisabled(id, 'gone');
  expect(await service.deliveriesOf(id)).toMatchObject([{ status: 'failed', attempts: [{ response_status: 410 }] }]);
  expect(await service.metrics()).toMatch(/webhooks_disabled_total\{reason="gone",.*\} 1/);
});

test('a webhook for which nothing succeeded for five days is disabled, and not an hour earlier', async () => {
  status = 500;
  const { id } = await service.addWebhook({ url: urlOf('/failing') });
  await failsSince(id, 119);
  await service.tell({});
  await eventually(() => receiver.at('/failing').length === 1);
  expect((await webhookOf(id)).enabled).toBe(true);
  await failsSince(id, 121);
  await expectDisabled(id, 'failing');
});

test('a new address does not inherit the failures of the one before; the same one keeps them', async () => {
  status = 500;
  const { id: moved } = await service.addWebhook({ url: urlOf('/before') });
  const { id: same } = await service.addWebhook({ url: urlOf('/same') });
  for (const id of [moved, same]) await failsSince(id, 200);
  await service.call('patch', `/webhooks/${moved}`, { url: urlOf('/after') });
  await service.call('patch', `/webhooks/${same}`, { url: urlOf('/same') });
  await service.tell({});
  await expectDisabled(same, 'failing');
  await eventually(async () => (await service.deliveriesOf(moved))[0]?.attempts.length);
  expect((await webhookOf(moved)).enabled).toBe(true);
});

test('one success makes all failures forgotten', async () => {
  const { id } = await service.addWebhook({ url: urlOf('/recovering') });
  await failsSince(id, 200);
  await service.tell({});
  await eventually(() => receiver.at('/recovering').length === 1);
  status = 500;
  await service.tell({});
  await eventually(() => receiver.at('/recovering').length === 2);
  await eventually(async () => (await service.deliveriesOf(id))[0]?.attempts.length === 1);
  expect((await webhookOf(id)).enabled).toBe(true);
});

test('what was on its way waits while it is disabled, and is sent when it is enabled; what happens meanwhile is not', async () => {
  status = 500;
  const { id } = await service.addWebhook({ url: urlOf('/switched') });
  const { notification_id: before } = await service.tell({});
  await eventually(() => receiver.at('/switched').length === 1);
  expect((await service.call('patch', `/webhooks/${id}`, { enabled: false })).body).toMatchObject({
    enabled: false,
    disabled_reason: 'by_hand',
  });
  await expectDisabled(id, 'by_hand');
  status = 204;
  const triesSoFar = receiver.at('/switched').length;
  await service.tell({});
  const [waiting] = await service.deliveriesOf(id);
  expect((await service.call('post', `/webhooks/deliveries/${waiting?.id}/resend`)).status).toBe(409);
  // Long enough for a second try, had it not been disabled: another webhook's second try is over.
  const { id: other } = await service.addWebhook({ url: urlOf('/other') });
  status = 500;
  await service.tell({});
  await eventually(() => receiver.at('/other').length === 2);
  status = 204;
  expect(receiver.at('/switched')).toHaveLength(triesSoFar);
  await service.call('delete', `/webhooks/${other}`);

  expect((await service.call('post', `/webhooks/${id}/test`)).body).toMatchObject({ status: 'succeeded' });
  const enabled = await service.call('patch', `/webhooks/${id}`, { enabled: true });
  expect(enabled.body).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null });
  await eventually(async () => (await service.deliveriesOf(id, '?status=pending')).length === 0);
  expect((await service.deliveriesOf(id)).map(({ type, notification_id: about }) => [type, about])).toEqual([
    ['webhook.test', null],
    ['notification.sent', before],
  ]);
  await eventually(() => told().some((event) => event.join() === ['webhook.enabled', id, undefined].join()));
});

test('switching it where it is already tells nobody, and a webhook is told nothing of itself', async () => {
  const { id } = await service.addWebhook({ url: urlOf('/self'), events: SWITCHES });
  await service.call('patch', `/webhooks/${id}`, { enabled: true });
  await service.call('patch', `/webhooks/${id}`, { enabled: false });
  await service.call('patch', `/webhooks/${id}`, { enabled: false });
  await service.call('patch', `/webhooks/${id}`, { enabled: true });
  await eventually(() => told().length === 2);
  expect(
    told()
      .map(([type]) => type)
      .sort(),
  ).toEqual(SWITCHES);
  expect(await service.deliveriesOf(id)).toEqual([]);
  expect((await webhookOf(watcherId)).enabled).toBe(true);
});
