import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import {
  api,
  arrived,
  createUser,
  eventsOf,
  freshEmail,
  freshPhone,
  gatewayUrl,
  send,
  settled,
  unique,
} from './system.ts';

const content = { title: 'Hello', body: 'Good to see you' };

/** The link that a mail of this type brings to a new user. */
async function linkFor(notificationType: string, fields: Record<string, unknown> = {}) {
  const email = freshEmail();
  const userId = await createUser({ email, ...fields });
  const { notification_id } = await send({
    user_id: userId,
    notification_type: notificationType,
    channels: ['email'],
    content,
  });
  await settled(notification_id);
  const [mail] = await arrived({ to: email });
  const url = /^<(.*)>$/.exec(mail?.headers?.['list-unsubscribe'] ?? '')?.[1];
  return { email, userId, mail, url: url === undefined ? '' : `${gatewayUrl}${new URL(url).pathname}` };
}

const preferencesOf = async (userId: string) => (await api('GET', `/api/v1/users/${userId}/preferences`)).body;
/** Changes apply to requests made one second later. */
const oneSecond = () => new Promise((resolve) => setTimeout(resolve, 1_000));

describe('one click in the mail program (RFC 8058)', () => {
  test('unsubscribes from email of that type, and from nothing else', async () => {
    const { mail, url, userId } = await linkFor('marketing', { phone: freshPhone() });
    expect(mail?.headers?.['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(answer.status).toBe(200);
    expect(await preferencesOf(userId)).toEqual({ channels: {}, types: { marketing: { channels: { email: false } } } });

    await oneSecond();
    const marketing = await send({ user_id: userId, notification_type: 'marketing', content });
    expect(marketing.channels).toEqual(['sms', 'in_app']);
    expect(eventsOf(await settled(marketing.notification_id))).toContain('skipped email opted_out');
    const other = await send({ user_id: userId, notification_type: 'newsletter', content });
    expect(other.channels).toContain('email');
  });

  test('works as a multipart form too, and twice', async () => {
    const { url, userId } = await linkFor('newsletter');
    for (const _time of [1, 2]) {
      const form = new FormData();
      form.set('List-Unsubscribe', 'One-Click');
      expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
    }
    expect((await preferencesOf(userId)).types).toEqual({ newsletter: { channels: { email: false } } });
  });

  test('following the link changes nothing: scanners do', async () => {
    const { url, userId } = await linkFor('marketing');
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect(await preferencesOf(userId)).toEqual({ channels: {}, types: {} });
  });

  test('a link that somebody changed opens nothing', async () => {
    const { url, userId } = await linkFor('marketing');
    const forged = url.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'));
    for (const method of ['GET', 'POST']) expect((await fetch(forged, { method })).status).toBe(404);
    expect(await preferencesOf(userId)).toEqual({ channels: {}, types: {} });
  });
});

test('who opts out while a notification waits is not sent it: the worker looks again', async () => {
  const email = freshEmail();
  const userId = await createUser({ email });
  const { notification_id } = await send({
    user_id: userId,
    notification_type: 'marketing',
    channels: ['email'],
    content,
    send_at: new Date(Date.now() + 3_000).toISOString(),
  });
  const preferences = { types: { marketing: { channels: { email: false } } } };
  expect((await api('PUT', `/api/v1/users/${userId}/preferences`, preferences)).status).toBe(200);
  const notification = await settled(notification_id);
  expect(notification.status).toBe('suppressed');
  expect(eventsOf(notification)).toContain('skipped email opted_out');
  expect(await arrived({ to: email })).toEqual([]);
});

test('what everybody gets carries no link, and no switch keeps it away', async () => {
  const { mail, userId } = await linkFor('security_alert');
  expect(mail?.headers?.['list-unsubscribe']).toBeUndefined();
  await api('PUT', `/api/v1/users/${userId}/preferences`, { channels: { email: false } });
  await oneSecond();
  const { channels } = await send({
    user_id: userId,
    notification_type: 'security_alert',
    channels: ['email'],
    content,
  });
  expect(channels).toEqual(['email']);
});

test('a template can show the link, and has none for somebody who is no user', async () => {
  const code = unique('news');
  await api('POST', '/api/v1/templates', { code, default_locale: 'en' });
  await api('PUT', `/api/v1/templates/${code}/draft/en`, {
    email: { subject: 'News', text: 'Enough? {{ unsubscribe_url }}' },
  });
  await api('POST', `/api/v1/templates/${code}/publish`, {});
  const email = freshEmail();
  const request = { template: { code }, notification_type: 'marketing', channels: ['email'] };
  const { notification_id } = await send({ ...request, user_id: await createUser({ email }) });
  await settled(notification_id);
  const [mail] = await arrived({ to: email });
  const url = mail?.headers?.['list-unsubscribe']?.slice(1, -1);
  expect(mail?.text?.trim()).toBe(`Enough? ${url}`);

  const refused = await api('POST', '/api/v1/notifications', { ...request, to: { email } });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'variables.unsubscribe_url' }] } });
});

describe('the page in a browser', () => {
  let link: Awaited<ReturnType<typeof linkFor>>;
  beforeAll(async () => {
    link = await linkFor('marketing', { phone: freshPhone() });
  });

  /** On a page without JavaScript, in which nothing may be blocked by its own policy. */
  async function inBrowser(url: string, work: (page: Page) => Promise<void>, options: BrowserContextOptions = {}) {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ javaScriptEnabled: false, ...options });
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(url);
      await work(page);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  }

  test('shows what the person gets, and unsubscribes with its button', async () => {
    await inBrowser(link.url, async (page) => {
      await page.getByRole('heading', { name: 'Unsubscribe from “Offers and news”?' }).waitFor();
      const offers = page.getByRole('group', { name: 'Offers and news' });
      expect(await offers.getByLabel('Email').isChecked()).toBe(true);
      expect(await page.getByText('You always get: Sign-in codes, Security alerts, Receipts.').isVisible()).toBe(true);
      expect(await page.getByLabel('Push').count()).toBe(0);
      await page.getByRole('button', { name: 'Unsubscribe' }).click();
      await page.getByRole('status').filter({ hasText: 'You are unsubscribed' }).waitFor();
      expect(await offers.getByLabel('Email').isChecked()).toBe(false);
      expect(await page.getByRole('button', { name: 'Unsubscribe' }).count()).toBe(0);
    });
    expect((await preferencesOf(link.userId)).types).toEqual({ marketing: { channels: { email: false } } });
  });

  test('saves what is chosen, and only what was changed', async () => {
    await inBrowser(link.url, async (page) => {
      const offers = page.getByRole('group', { name: 'Offers and news' });
      await offers.getByLabel('Email').check();
      await page.getByRole('group', { name: 'Newsletter' }).getByLabel('Text message').uncheck();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
      expect(await offers.getByLabel('Email').isChecked()).toBe(true);
    });
    expect(await preferencesOf(link.userId)).toEqual({
      channels: {},
      types: { marketing: { channels: { email: true } }, newsletter: { channels: { sms: false } } },
    });
  });

  test('fits a telephone, and every control has a name and is large enough for a finger', async () => {
    await inBrowser(
      link.url,
      async (page) => {
        const controls = await page.locator('label, button').all();
        for (const control of controls) {
          expect((await control.boundingBox())?.height).toBeGreaterThanOrEqual(40);
          expect(await control.textContent()).not.toBe('');
        }
        expect(await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)).toBe(0);
      },
      { viewport: { width: 360, height: 740 } },
    );
  });

  test("speaks the person's language, whatever the browser asks for", async () => {
    const { url, userId } = await linkFor('marketing', { phone: freshPhone(), locale: 'fr-CA' });
    await inBrowser(
      url,
      async (page) => {
        expect(await page.locator('html').getAttribute('lang')).toBe('fr');
        await page.getByRole('heading', { name: 'Se désabonner de « Offres et nouveautés » ?' }).waitFor();
        const always = 'Vous recevez toujours : Codes de connexion, Alertes de sécurité, Reçus.';
        expect(await page.getByText(always).isVisible()).toBe(true);
        expect(await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)).toBe(0);
        await page.getByRole('button', { name: 'Se désabonner' }).click();
        await page.getByRole('status').filter({ hasText: 'vous ne recevrez plus d’e-mails' }).waitFor();
        const offers = page.getByRole('group', { name: 'Offres et nouveautés' });
        expect(await offers.getByLabel('E-mail').isChecked()).toBe(false);
        await page.getByRole('button', { name: 'Enregistrer' }).waitFor();
      },
      { viewport: { width: 360, height: 740 }, locale: 'es-ES' },
    );
    expect((await preferencesOf(userId)).types).toEqual({ marketing: { channels: { email: false } } });
  });

  test('what it says of a link that leads nowhere is in the language of the browser', async () => {
    const answer = await fetch(`${gatewayUrl}/u/nowhere`, {
      headers: { 'accept-language': 'es-MX,es;q=0.9,en;q=0.8' },
    });
    expect([answer.status, answer.headers.get('content-language')]).toEqual([404, 'es']);
    expect(await answer.text()).toMatch(/<html lang="es">.*<h1>Este enlace no lleva a ninguna parte<\/h1>/s);
  });

  test('is under a policy that lets nothing in, and is kept by nobody', async () => {
    const { headers } = await fetch(link.url);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});
