import { expect, test } from '@jest/globals';
import { startWebhookReceiver } from '@notify/testing';
import { api, createUser, freshEmail, unique } from './system.ts';

/** For what no other test asks for on the wire: api() itself holds each answer against the OpenAPI document. */
async function answered(status: number, method: string, path: string, body?: unknown) {
  const answer = await api(method, `/api/v1${path}`, body);
  expect([method, path, answer.status, answer.body]).toEqual([method, path, status, expect.anything()]);
  return answer.body;
}

test('what is said of people is as the OpenAPI document has it', async () => {
  const userId = await createUser({});
  await answered(200, 'PUT', `/users/${userId}`, { email: freshEmail(), country: 'CA', metadata: { tier: 'gold' } });
  await answered(200, 'GET', `/users/${userId}`);
  await answered(200, 'GET', `/users/${userId}/preferences`);
  await answered(200, 'PUT', `/users/${userId}/preferences`, {
    channels: { sms: false },
    types: { marketing: { channel_order: ['push'] } },
    quiet_hours: { start: '22:00', end: '07:00', timezone: 'Africa/Lagos', days: ['mon'] },
  });
  await answered(200, 'GET', `/users/${userId}/preferences`);
  const device = { token: unique('token'), platform: 'android' };
  await answered(201, 'POST', `/users/${userId}/devices`, device);
  await answered(200, 'POST', `/users/${userId}/devices`, device);
  expect(await answered(200, 'GET', `/users/${userId}/devices?limit=1`)).toMatchObject({ data: [device] });
  const suppression = { channel: 'email', address: freshEmail() };
  const { id } = await answered(201, 'POST', '/suppressions', suppression);
  expect(await answered(200, 'POST', '/suppressions', suppression)).toMatchObject({ id });
});

test('what is said of templates is as the OpenAPI document has it', async () => {
  const code = unique('answers');
  const path = `/templates/${code}`;
  await answered(201, 'POST', '/templates', { code });
  await answered(200, 'GET', path);
  const ip = { type: 'string', max_length: 45, description: 'Of the browser', example: '203.0.113.1' };
  await answered(200, 'PATCH', path, { description: 'A sign-in', variables: { ip } });
  await answered(200, 'PUT', `${path}/draft/en`, {
    email: { subject: 'From {{ ip }}', mjml: '<mjml><mj-body></mj-body></mjml>' },
    sms: { text: 'From {{ ip }}' },
    push: { title: 'Sign-in', body: 'From {{ ip }}', data: { ip: '{{ ip }}' } },
    in_app: { title: 'Sign-in', body: 'From {{ ip }}', action_url: 'https://shop.example' },
  });
  await answered(200, 'GET', `${path}/draft/en`);
  await answered(201, 'POST', `${path}/publish`, {});
  await answered(200, 'POST', `${path}/preview`, {});
  expect(await answered(200, 'POST', `${path}/preview`, { version: 1, variables: {} })).toMatchObject({
    missing_variables: ['ip'],
  });
  await answered(200, 'GET', `${path}/versions?limit=1`);
  await answered(200, 'GET', `${path}/versions/1`);
  await answered(200, 'GET', '/templates');
});

test('what is said of webhooks is as the OpenAPI document has it', async () => {
  // From a container it cannot be reached, and the delivery says so.
  const receiver = await startWebhookReceiver();
  const body = { url: `http://127.0.0.1:${receiver.port}/hook`, events: ['notification.sent'] };
  const { id } = await answered(201, 'POST', '/webhooks', { ...body, notification_types: [unique('type')] });
  try {
    await answered(200, 'GET', `/webhooks/${id}`);
    await answered(200, 'GET', '/webhooks');
    await answered(200, 'POST', `/webhooks/${id}/rotate_secret`);
    const { id: tested } = await answered(200, 'POST', `/webhooks/${id}/test`);
    await answered(202, 'POST', `/webhooks/deliveries/${tested}/resend`);
    await receiver.close();
    await answered(200, 'POST', `/webhooks/${id}/test`);
    await answered(200, 'GET', `/webhooks/${id}/deliveries`);
    const disabled = { enabled: false, disabled_reason: 'by_hand' };
    expect(await answered(200, 'PATCH', `/webhooks/${id}`, { enabled: false })).toMatchObject(disabled);
  } finally {
    await api('DELETE', `/api/v1/webhooks/${id}`);
  }
});
