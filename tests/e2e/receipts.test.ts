import { afterEach, expect, test } from '@jest/globals';
import type { NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import {
  api,
  arrived,
  eventsOf,
  freshEmail,
  freshPhone,
  gatewayUrl,
  orderReceipt,
  sandboxUrl,
  send,
  settled,
} from './system.ts';

const content = { title: 'T', body: 'B' };

/** Whether every message gets a receipt by itself. */
async function setAutoReceipts(autoReceipts: 'delivered' | 'none'): Promise<void> {
  await fetch(`${sandboxUrl}/api/settings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auto_receipts: autoReceipts }),
  });
}

afterEach(() => setAutoReceipts('none'));

async function becomes(id: string, isSo: (notification: NotificationJson) => boolean): Promise<NotificationJson> {
  return eventually(async () => {
    const { body } = await api('GET', `/api/v1/notifications/${id}`);
    return isSo(body) && (body as NotificationJson);
  }, 30_000);
}

/** A mail at the vendor as our adapter would have sent it; the test system itself sends by SMTP, which knows no receipts. */
const sendBySendgrid = (id: string, to: string) =>
  fetch(`${sandboxUrl}/v3/mail/send`, {
    method: 'POST',
    headers: { authorization: 'Bearer SG.sandbox' },
    body: JSON.stringify({
      personalizations: [{ to: [{ email: to }] }],
      from: { email: 'us@notify.test' },
      subject: 'T',
      content: [{ type: 'text/plain', value: 'B' }],
      custom_args: { notification_id: id, epoch: '0', hop: '0', attempt: '1' },
    }),
  });
const sendByMailgun = (id: string, to: string) =>
  fetch(`${sandboxUrl}/v3/notify.test/messages`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('api:sandbox').toString('base64')}` },
    body: new URLSearchParams({
      from: 'us@notify.test',
      to,
      subject: 'T',
      text: 'B',
      'v:notification_id': id,
      'v:epoch': '0',
      'v:hop': '0',
      'v:attempt': '1',
    }),
  });
const sendByOnesignal = (id: string, to: string) =>
  fetch(`${sandboxUrl}/notifications`, {
    method: 'POST',
    headers: { authorization: 'Key sandbox' },
    body: JSON.stringify({
      app_id: '00000000-0000-4000-8000-000000000000',
      include_subscription_ids: [to],
      contents: { en: 'B' },
      name: `${id}.0.0.1`,
      data: { notification_id: id },
    }),
  });

test.each([
  ['sendgrid', sendBySendgrid],
  ['mailgun', sendByMailgun],
  ['onesignal', sendByOnesignal],
])('a receipt that the sandbox signs as %s is let in', async (provider, sendByVendor) => {
  const { notification_id: id } = await send({ to: { phone: freshPhone() }, content });
  await settled(id);
  const to = freshEmail();
  expect((await sendByVendor(id, to)).ok).toBe(true);
  const [message] = await arrived({ to });
  expect(await orderReceipt({ message_id: message?.id, status: 'opened' })).toMatchObject({ provider, answered: 204 });
});

test.each(['sendgrid', 'mailgun', 'twilio', 'onesignal'])(
  'a receipt that nobody signed as %s is refused',
  async (provider) => {
    const answer = await fetch(`${gatewayUrl}/receipts/${provider}`, { method: 'POST', body: '[]' });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
  },
);

test('a receipt that says delivered makes the notification delivered, however often it comes', async () => {
  const { notification_id: id } = await send({ to: { phone: freshPhone() }, content });
  expect(await settled(id)).toMatchObject({ status: 'sent', channel: 'sms' });
  for (let n = 0; n < 2; n += 1) {
    expect(await orderReceipt({ notification_id: id, status: 'delivered' })).toMatchObject({ answered: 204 });
  }
  const delivered = await becomes(id, ({ status }) => status === 'delivered');
  expect(eventsOf(delivered).filter((event) => event.startsWith('delivered'))).toHaveLength(1);
});

test('receipts that come by themselves make it delivered', async () => {
  await setAutoReceipts('delivered');
  const { notification_id: id } = await send({ to: { phone: freshPhone() }, content });
  await becomes(id, ({ status }) => status === 'delivered');
});

test('an SMS that was not delivered after all fails over to email, once', async () => {
  const email = freshEmail();
  const { notification_id: id } = await send({
    to: { email, phone: freshPhone() },
    content,
    channels: ['sms', 'email'],
  });
  expect(await settled(id)).toMatchObject({ status: 'sent', channel: 'sms' });
  for (let n = 0; n < 2; n += 1) await orderReceipt({ notification_id: id, status: 'undelivered' });
  const failedOver = await becomes(id, ({ status, channel }) => status === 'sent' && channel === 'email');
  expect(eventsOf(failedOver).some((event) => event.startsWith('undelivered sms'))).toBe(true);
  expect(await arrived({ to: email })).toHaveLength(1);
});

test('a number that bounced after it was sent is not sent to again', async () => {
  const [email, phone] = [freshEmail(), freshPhone()];
  const { notification_id: first } = await send({ to: { phone }, content });
  await settled(first);
  expect(await orderReceipt({ notification_id: first, status: 'bounced' })).toMatchObject({
    provider: 'twilio',
    answered: 204,
  });
  await eventually(async () => {
    const { notification_id: id } = await send({ to: { email, phone }, content, channels: ['sms', 'email'] });
    return (await settled(id)).channel === 'email';
  });
});

test('whoever calls a mail spam gets no further one', async () => {
  const email = freshEmail();
  const { notification_id: first } = await send({ to: { email }, content, channels: ['email'] });
  await settled(first);
  await sendBySendgrid(first, email);
  const bySendgrid = (await arrived({ to: email })).find(({ provider }) => provider === 'sendgrid');
  expect(await orderReceipt({ message_id: bySendgrid?.id, status: 'complained' })).toMatchObject({ answered: 204 });
  await eventually(async () => {
    const { notification_id: id } = await send({ to: { email }, content, channels: ['email'] });
    return eventsOf(await settled(id)).includes('suppressed email suppressed_complaint');
  });
});
