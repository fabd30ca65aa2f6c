import { beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { api, arrived, createUser, eventsOf, freshEmail, freshPhone, send, settled, unique } from './system.ts';

const code = unique('login');

beforeAll(async () => {
  expect((await api('POST', '/api/v1/templates', { code, default_locale: 'en' })).status).toBe(201);
  await api('PUT', `/api/v1/templates/${code}/draft/en`, {
    email: { subject: 'Sign-in from {{ ip }}', text: 'Hello {{ name }}', html: '<p>Hello {{ name }}</p>' },
    sms: { text: 'Sign-in from {{ ip }}' },
  });
  await api('PUT', `/api/v1/templates/${code}/draft/fr`, {
    email: { subject: 'Connexion de {{ ip }}', text: 'Bonjour {{ name }}' },
  });
  expect((await api('POST', `/api/v1/templates/${code}/publish`, {})).body).toMatchObject({ version: 1 });
});

test('a template is rendered in the language of the user, and HTML is escaped', async () => {
  const email = freshEmail();
  const userId = await createUser({ email, locale: 'fr-CA' });
  const variables = { ip: '203.0.113.1', name: '<b>Ada</b>' };
  const french = await send({ user_id: userId, template: { code }, variables, channels: ['email'] });
  await settled(french.notification_id);
  expect(await arrived({ to: email })).toMatchObject([{ subject: 'Connexion de 203.0.113.1' }]);

  const other = freshEmail();
  const english = await send({ to: { email: other }, template: { code }, variables });
  await settled(english.notification_id);
  const [mail] = await arrived({ to: other });
  expect(mail?.html).toContain('&lt;b&gt;Ada&lt;/b&gt;');
  expect(mail?.text).toContain('<b>Ada</b>');
});

test('variables that are missing are named, all of them', async () => {
  const answer = await api('POST', '/api/v1/notifications', { to: { email: freshEmail() }, template: { code } });
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'variables.ip',
    'variables.name',
  ]);
});

test('a new version is used by requests made a second after it was published; an old one can be pinned', async () => {
  await api('PUT', `/api/v1/templates/${code}/draft/en`, { sms: { text: 'Version two' } });
  expect((await api('POST', `/api/v1/templates/${code}/publish`, {})).body).toMatchObject({ version: 2 });
  // The promise is about time, so here time is what has to pass.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const variables = { ip: '203.0.113.9', name: 'Ada' };
  const [latest, pinned] = [freshPhone(), freshPhone()];
  const second = await send({ to: { phone: latest }, template: { code }, variables });
  const first = await send({ to: { phone: pinned }, template: { code, version: 1 }, variables });
  await Promise.all([settled(second.notification_id), settled(first.notification_id)]);
  expect(await arrived({ to: latest })).toMatchObject([{ body: 'Version two' }]);
  expect(await arrived({ to: pinned })).toMatchObject([{ body: 'Sign-in from 203.0.113.9' }]);
  expect(await api('GET', `/api/v1/templates/${code}/versions/1`)).toMatchObject({ status: 200, body: { version: 1 } });
});

test('an email written in MJML arrives as HTML, with a text part that was derived', async () => {
  const mjmlCode = unique('mjml');
  await api('POST', '/api/v1/templates', { code: mjmlCode });
  const mjml =
    '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ name }}</mj-text>' +
    '<mj-button href="{{ url }}">Open</mj-button></mj-column></mj-section></mj-body></mjml>';
  await api('PUT', `/api/v1/templates/${mjmlCode}/draft/en`, { email: { subject: 'Hi', mjml } });
  expect((await api('POST', `/api/v1/templates/${mjmlCode}/publish`, {})).status).toBe(201);
  const email = freshEmail();
  const variables = { name: '<Ada>', url: 'https://example.test/?a=1&b=2' };
  const { notification_id: id } = await send({ to: { email }, template: { code: mjmlCode }, variables });
  await settled(id);
  const [mail] = await arrived({ to: email });
  expect(mail?.html).toContain('Hello &lt;Ada&gt;');
  expect(mail?.html).toContain('href="https://example.test/?a=1&amp;b=2"');
  expect(mail?.text).toMatch(/Hello <Ada>\s+Open <https:\/\/example\.test\/\?a=1&b=2>/);
});

test('variables that are not as declared are refused before anything is accepted, all of them', async () => {
  const declaredCode = unique('declared');
  await api('POST', '/api/v1/templates', {
    code: declaredCode,
    variables: {
      code: { max_length: 6, example: '123456' },
      minutes: { type: 'number', example: 10 },
      url: { type: 'url', example: 'https://example.test' },
      name: { required: false, example: 'Ada' },
    },
  });
  await api('PUT', `/api/v1/templates/${declaredCode}/draft/en`, {
    sms: { text: '{{ name | default: "Hello" }}: {{ code }}, for {{ minutes }} minutes, {{ url }}' },
  });
  await api('POST', `/api/v1/templates/${declaredCode}/publish`, {});
  const request = (variables: unknown) =>
    api('POST', '/api/v1/notifications', { to: { phone: freshPhone() }, template: { code: declaredCode }, variables });
  const refused = await request({ code: '1234567', url: 'javascript:alert(1)' });
  expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  expect(refused.body.errors.map(({ field, code }: { field: string; code: string }) => `${field} ${code}`)).toEqual([
    'variables.code invalid_variable',
    'variables.minutes missing_variable',
    'variables.url invalid_variable',
  ]);
  expect((await request({ code: '123456', minutes: 5, url: 'https://x.test/' })).status).toBe(202);
});

test('a rollback and a deletion hold a second later, everywhere', async () => {
  const shortLived = unique('short-lived');
  await api('POST', '/api/v1/templates', { code: shortLived });
  for (const text of ['one', 'two']) {
    await api('PUT', `/api/v1/templates/${shortLived}/draft/en`, { sms: { text } });
    await api('POST', `/api/v1/templates/${shortLived}/publish`, {});
  }
  expect((await api('POST', `/api/v1/templates/${shortLived}/rollback`, { version: 1 })).status).toBe(200);
  // The promise is about time, so here time is what has to pass.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const phone = freshPhone();
  const template = { code: shortLived };
  await settled((await send({ to: { phone }, template })).notification_id);
  expect(await arrived({ to: phone })).toMatchObject([{ body: 'one' }]);

  expect((await api('DELETE', `/api/v1/templates/${shortLived}`)).status).toBe(204);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const gone of [template, { ...template, version: 1 }]) {
    const answer = await api('POST', '/api/v1/notifications', { to: { phone }, template: gone });
    expect(answer).toMatchObject({ status: 404, body: { code: 'template_not_found' } });
  }
});

test('a template that does not parse is refused when it is written', async () => {
  const answer = await api('PUT', `/api/v1/templates/${code}/draft/en`, { sms: { text: '{{ oops' } });
  expect(answer).toMatchObject({ status: 422, body: { code: 'template_invalid', errors: [{ field: 'sms.text' }] } });
});

test('a link that would run code never gets to an inbox, whoever brings it', async () => {
  const linked = unique('linked');
  const userId = await createUser({});
  await api('POST', '/api/v1/templates', { code: linked });
  const publishLink = async (link: string) => {
    await api('PUT', `/api/v1/templates/${linked}/draft/en`, {
      in_app: { title: 'T', body: 'B', action_url: link },
    });
    expect((await api('POST', `/api/v1/templates/${linked}/publish`, {})).status).toBe(201);
  };
  const request = (link: string, more = {}) => ({
    user_id: userId,
    template: { code: linked },
    variables: { link },
    ...more,
  });
  const code = 'JavaScript:alert(1)';
  await publishLink('https://example.test/{{ link }}');
  const waiting = await send(request(code, { send_at: new Date(Date.now() + 3_000).toISOString() }));
  await publishLink('{{ link }}');
  await eventually(async () => {
    const refused = await api('POST', '/api/v1/notifications', request(code));
    return refused.status === 400 && refused.body.code === 'validation_failed';
  });
  await settled((await send(request('myapp://orders/42'))).notification_id);
  const skipped = await settled(waiting.notification_id);
  expect(skipped.status).toBe('failed');
  expect(eventsOf(skipped)).toContain('skipped in_app render_failed');
  const { body } = await api('GET', `/api/v1/users/${userId}/inbox`);
  const links = body.data.map(({ action_url: link }: { action_url: string }) => link);
  expect(links).toContain('myapp://orders/42');
  expect(links).not.toContain(code);
});

test('channels that the user switched off are skipped, by type, with the reason in the trail', async () => {
  const userId = await createUser({ email: freshEmail(), phone: freshPhone() });
  const preferences = {
    channels: {},
    types: { marketing: { channels: { email: false }, channel_order: ['email', 'sms'] } },
  };
  expect((await api('PUT', `/api/v1/users/${userId}/preferences`, preferences)).status).toBe(200);
  const content = { title: 'T', body: 'B' };
  const marketing = await send({
    user_id: userId,
    notification_type: 'marketing',
    content,
    channels: ['email', 'sms'],
  });
  expect(marketing.channels).toEqual(['sms']);
  const notification = await settled(marketing.notification_id);
  expect(notification).toMatchObject({ status: 'sent', channel: 'sms' });
  expect(eventsOf(notification)).toContain('skipped email opted_out');
  const receipt = await send({ user_id: userId, notification_type: 'receipt', content, channels: ['email', 'sms'] });
  expect(receipt.channels).toEqual(['email', 'sms']);
});

test("without channels in the request the user's own order is followed", async () => {
  const userId = await createUser({ email: freshEmail(), phone: freshPhone() });
  await api('PUT', `/api/v1/users/${userId}/preferences`, { channel_order: ['sms', 'in_app'] });
  const { channels } = await send({ user_id: userId, content: { title: 'T', body: 'B' } });
  expect(channels).toEqual(['sms', 'in_app', 'email']);
});
