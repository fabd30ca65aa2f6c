import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import pg from 'pg';
import supertest from 'supertest';
import { type RunningService, runTemplateService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await runTemplateService();
});
afterAll(() => service.stop());

const newCode = () => `template-${randomUUID()}`;
async function newTemplate(fields: Record<string, unknown> = {}): Promise<string> {
  const code = newCode();
  expect((await service.call('post', '/templates', { code, ...fields })).status).toBe(201);
  return code;
}
const putDraft = (code: string, locale: string, sources: unknown) =>
  service.call('put', `/templates/${code}/draft/${locale}`, sources);
const publish = (code: string) => service.call('post', `/templates/${code}/publish`, {});
const english = {
  email: { subject: 'Hi {{ name }}', html: '<p>{{ name }}</p>', text: 'Hi {{ name }}' },
  sms: { text: 'Hi {{ name }}' },
  push: { title: 'Hi', body: '{{ name }}', data: { page: '{{ page }}' } },
  in_app: { title: 'Hi', body: '{{ name }}', action_url: 'https://example.test/{{ page }}' },
};
const french = { sms: { text: 'Salut {{ name }}' } };

test('a template is created once', async () => {
  const code = newCode();
  const created = await service.call('post', '/templates', {
    code,
    notification_type: 'security_alert',
    default_locale: 'fr_ca',
    description: 'Says hello',
  });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    code,
    notification_type: 'security_alert',
    default_locale: 'fr-CA',
    description: 'Says hello',
    variables: null,
    published_version: null,
    draft_locales: [],
    created_at: expect.stringMatching(/Z$/),
    updated_at: created.body.created_at,
  });
  expect((await service.call('get', `/templates/${code}`)).body).toEqual(created.body);
  expect(await service.call('post', '/templates', { code })).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect((await service.call('get', `/templates/${code}`)).body).toEqual(created.body);
});

test('what can not be a template is refused, all problems at once', async () => {
  const answer = await service.call('post', '/templates', {
    code: 'no spaces',
    default_locale: 'english',
    description: 7,
    owner: 'x',
  });
  expect(answer.status).toBe(400);
  expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'code',
    'default_locale',
    'description',
    'owner',
  ]);
  expect((await service.call('post', '/templates')).status).toBe(400);
});

test('a draft is kept as it was given, under one spelling of its locale', async () => {
  const code = await newTemplate();
  expect(await putDraft(code, 'en', english)).toMatchObject({ status: 200, body: english });
  expect((await service.call('get', `/templates/${code}/draft/EN`)).body).toEqual(english);
  await putDraft(code, 'fr_ca', { sms: { text: 'first' } });
  await putDraft(code, 'FR-CA', french);
  expect((await service.call('get', `/templates/${code}/draft/fr-CA`)).body).toEqual(french);
  expect((await service.call('get', `/templates/${code}`)).body.draft_locales).toEqual(['en', 'fr-CA']);
});

test('text that no database can hold is refused with its place', async () => {
  const code = await newTemplate();
  for (const text of ['nul \u0000', 'half a pair \ud83d']) {
    const answer = await putDraft(code, 'en', { sms: { text } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'sms.text' }] } });
  }
});

test('a draft that does not parse, or uses what is not allowed, is refused with every problem, and not kept', async () => {
  const code = await newTemplate();
  const answer = await putDraft(code, 'en', {
    email: { subject: '{{ oops', html: 'one\n{% include "/etc/passwd" %}', text: 'fine' },
    sms: { text: '{{ name | raw }}' },
    push: { title: 'fine', body: 'fine', data: { link: '{% if %}' } },
  });
  expect(answer.status).toBe(422);
  expect(answer.body.code).toBe('template_invalid');
  expect(answer.body.errors).toEqual([
    { field: 'email.subject', code: 'template_syntax', message: expect.stringContaining('(line 1)') },
    { field: 'email.html', code: 'template_syntax', message: 'tag "include" not found (line 2)' },
    { field: 'sms.text', code: 'template_syntax', message: 'undefined filter: raw (line 1)' },
    { field: 'push.data.link', code: 'template_syntax', message: expect.stringContaining('(line 1)') },
  ]);
  expect((await service.call('get', `/templates/${code}/draft/en`)).body.code).toBe('not_found');
});

test('a draft whose link would run code where it is opened is refused, and not kept', async () => {
  const code = await newTemplate();
  for (const link of ['javascript:alert(1)', ' JAVA\nSCRIPT:{{ x }}', 'data:text/html,x', 'vbscript:x']) {
    const answer = await putDraft(code, 'en', { in_app: { title: 'T', body: 'B', action_url: link } });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'template_invalid', errors: [{ field: 'in_app.action_url', code: 'unsafe_url' }] },
    });
  }
  expect((await service.call('get', `/templates/${code}/draft/en`)).body.code).toBe('not_found');
  for (const link of ['myapp://orders/{{ id }}', '/orders', 'mailto:ada@example.test', 'tel:+14155550123', '{{ x }}']) {
    const answer = await putDraft(code, 'en', { in_app: { title: 'T', body: 'B', action_url: link } });
    expect(answer.status).toBe(200);
  }
});

test('a draft of the wrong shape is 400', async () => {
  const code = await newTemplate();
  for (const sources of [
    {},
    null,
    { fax: { text: 'x' } },
    { email: { subject: 's' } },
    { email: { subject: 's', html: '<p></p>', mjml: '<mjml></mjml>' } },
    { email: { subject: 'a\r\nBcc: b', text: 't' } },
    { sms: { text: 5 } },
  ]) {
    expect(await putDraft(code, 'en', sources)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  }
  expect((await service.call('put', `/templates/${code}/draft/en`)).status).toBe(400);
  expect((await putDraft(code, 'not_a_locale!', english)).body.errors[0].field).toBe('locale');
});

test('publishing makes an immutable version of all drafts, and announces it', async () => {
  const code = await newTemplate({ default_locale: 'en' });
  await putDraft(code, 'en', english);
  await putDraft(code, 'fr', french);
  const first = await publish(code);
  expect(first.status).toBe(201);
  expect(first.body).toEqual({
    code,
    version: 1,
    locales: ['en', 'fr'],
    published_at: expect.stringMatching(/Z$/),
    // A variable that is not declared counts as its name in brackets.
    sizes: {
      en: { sms: { encoding: 'gsm-7', units: 11, segments: 1 }, push: { payload_bytes: expect.any(Number) } },
      fr: { sms: { encoding: 'gsm-7', units: 14, segments: 1 } },
    },
  });
  await eventually(() => service.changed.includes(code));

  await putDraft(code, 'en', { sms: { text: 'changed' } });
  const expected = { code, version: 1, default_locale: 'en', variables: null, locales: { en: english, fr: french } };
  expect((await service.call('get', `/templates/${code}/published`)).body).toEqual(expected);
  expect((await publish(code)).body.version).toBe(2);
  expect((await service.call('get', `/templates/${code}/published`)).body).toEqual({
    code,
    version: 2,
    default_locale: 'en',
    variables: null,
    locales: { en: { sms: { text: 'changed' } }, fr: french },
  });
  expect((await service.call('get', `/templates/${code}/published?version=1`)).body).toEqual(expected);
  expect((await service.call('get', `/templates/${code}/versions/1`)).body).toEqual({
    ...expected,
    published_at: first.body.published_at,
  });
  expect((await service.call('get', `/templates/${code}`)).body.published_version).toBe(2);
});

test('nothing is published without a draft for the default locale, and no number is used up', async () => {
  const code = await newTemplate({ default_locale: 'en' });
  expect(await publish(code)).toMatchObject({ status: 422, body: { code: 'template_invalid' } });
  await putDraft(code, 'fr', french);
  const refused = await publish(code);
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'draft.en', code: 'draft_missing' }] } });
  expect((await service.call('get', `/templates/${code}`)).body.published_version).toBeNull();
  await putDraft(code, 'en', english);
  expect((await publish(code)).body.version).toBe(1);
  expect(service.changed.filter((id) => id === code).length).toBeLessThanOrEqual(1);
});

test('twenty parallel publishes give twenty consecutive versions', async () => {
  const code = await newTemplate();
  await putDraft(code, 'en', english);
  const answers = await Promise.all(Array.from({ length: 20 }, () => publish(code)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  const versions = answers.map(({ body }) => body.version as number).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect((await service.call('get', `/templates/${code}/published`)).body.version).toBe(20);
});

test('the database itself refuses to change or delete a version', async () => {
  const code = await newTemplate();
  await putDraft(code, 'en', english);
  await publish(code);
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    const immutable = /published versions are immutable/;
    await expect(client.query("UPDATE template_versions SET locales = '{}'")).rejects.toThrow(immutable);
    await expect(client.query('DELETE FROM template_versions')).rejects.toThrow(immutable);
    await expect(client.query('TRUNCATE template_versions CASCADE')).rejects.toThrow(immutable);
    await expect(client.query('DELETE FROM templates')).rejects.toThrow(/foreign key/);
  } finally {
    await client.end();
  }
  expect((await service.call('get', `/templates/${code}/versions/1`)).body.locales.en).toEqual(english);
});

test('versions are listed newest first, by pages', async () => {
  const code = await newTemplate();
  await putDraft(code, 'en', english);
  for (let count = 0; count < 5; count += 1) await publish(code);
  const seen: number[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await service.call('get', `/templates/${code}/versions?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.data.map((summary: { version: number }) => summary.version));
    expect(body.data[0]).toEqual({
      code,
      version: seen.at(-body.data.length),
      locales: ['en'],
      published_at: expect.any(String),
    });
    cursor = body.meta.next_cursor;
  }
  expect(seen).toEqual([5, 4, 3, 2, 1]);
});

test('templates are listed by code, each one once', async () => {
  const codes = await Promise.all(Array.from({ length: 5 }, () => newTemplate()));
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await service.call('get', `/templates?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.data.map((template: { code: string }) => template.code));
    cursor = body.meta.next_cursor;
  }
  expect(seen).toEqual([...new Set(seen)].sort());
  expect(seen).toEqual(expect.arrayContaining(codes));
});

test('what is not there is 404 template_not_found', async () => {
  const unknown = `/templates/${newCode()}`;
  const answers = [
    await service.call('get', unknown),
    await service.call('put', `${unknown}/draft/en`, english),
    await service.call('get', `${unknown}/draft/en`),
    await service.call('post', `${unknown}/publish`, {}),
    await service.call('post', `${unknown}/rollback`, { version: 1 }),
    await service.call('post', `${unknown}/preview`, {}),
    await service.call('patch', unknown, { description: 'x' }),
    await service.call('delete', unknown),
    await service.call('delete', `${unknown}/draft/en`),
    await service.call('get', `${unknown}/versions`),
    await service.call('get', `${unknown}/versions/1`),
    await service.call('get', `${unknown}/published`),
  ];
  const code = await newTemplate();
  await putDraft(code, 'en', english);
  answers.push(await service.call('get', `/templates/${code}/published`));
  await publish(code);
  answers.push(await service.call('get', `/templates/${code}/published?version=2`));
  answers.push(await service.call('get', `/templates/${code}/versions/2`));
  answers.push(await service.call('post', `/templates/${code}/rollback`, { version: 2 }));
  answers.push(await service.call('post', `/templates/${code}/preview`, { version: 2 }));
  expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(Array(17).fill('404 template_not_found'));
});

test('impossible codes, versions and cursors are 400', async () => {
  const code = await newTemplate();
  const answers = [
    await service.call('get', '/templates/a%20b'),
    await service.call('get', `/templates/${code}/versions/0`),
    await service.call('get', `/templates/${code}/versions/99999999999`),
    await service.call('get', `/templates/${code}/versions/one`),
    await service.call('get', `/templates/${code}/published?version=latest`),
    await service.call('get', `/templates/${code}/versions?cursor=${Buffer.from('["x"]').toString('base64url')}`),
    await service.call('get', '/templates?limit=1000'),
    await service.call('post', `/templates/${code}/publish`, { force: true }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(400));
});

test('only services get in', async () => {
  expect((await supertest(service.url).get('/templates')).status).toBe(401);
  expect((await supertest(service.url).get('/health/ready')).body).toEqual({
    status: 'ready',
    dependencies: { postgres: 'up', rabbitmq: 'up' },
  });
});
