import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { type RunningService, runTemplateService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await runTemplateService();
});
afterAll(() => service.stop());

async function newTemplate(
  locales: Record<string, unknown>,
  fields: Record<string, unknown> = {},
): Promise<{ code: string; path: string }> {
  const code = `template-${randomUUID()}`;
  const path = `/templates/${code}`;
  expect((await service.call('post', '/templates', { code, ...fields })).status).toBe(201);
  for (const [locale, sources] of Object.entries(locales)) {
    expect((await service.call('put', `${path}/draft/${locale}`, sources)).status).toBe(200);
  }
  return { code, path };
}
const publish = (path: string) => service.call('post', `${path}/publish`, {});
const errorsOf = ({ body }: { body: { errors: { field: string; code: string }[] } }) =>
  body.errors.map(({ field, code }) => `${field} ${code}`);

const mjml = `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ name }}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

test('MJML is compiled when it is published, and a text is derived; the draft stays as it was written', async () => {
  const draft = { email: { subject: 'Hi', mjml } };
  const { path } = await newTemplate({ en: draft });
  expect((await publish(path)).status).toBe(201);
  const { email } = (await service.call('get', `${path}/published`)).body.locales.en;
  expect(email).toEqual({
    subject: 'Hi',
    mjml,
    html: expect.stringMatching(/<!doctype html>/i),
    text: 'Hello {{ name }}',
  });
  expect((await service.call('get', `${path}/draft/en`)).body).toEqual(draft);
});

test('a text that was given stays', async () => {
  const { path } = await newTemplate({ en: { email: { subject: 'Hi', mjml, text: 'Mine' } } });
  await publish(path);
  expect((await service.call('get', `${path}/published`)).body.locales.en.email.text).toBe('Mine');
});

test('MJML that is none is refused when it is written, with the line', async () => {
  const { path } = await newTemplate({});
  const answer = await service.call('put', `${path}/draft/en`, {
    email: { subject: 'Hi', mjml: mjml.replace('<mj-text>', '<mj-text colr="red">') },
  });
  expect(answer).toMatchObject({
    status: 422,
    body: {
      code: 'template_invalid',
      errors: [{ field: 'email.mjml', code: 'mjml_invalid', message: 'Attribute colr is illegal (mj-text, line 5)' }],
    },
  });
});

test('what is larger than a vendor takes is refused when it is published', async () => {
  const { path } = await newTemplate(
    {
      en: {
        sms: { text: `{% for i in (1..200) %}{{ word }}{% endfor %}` },
        push: { title: 'T', body: '{{ word }}', data: { a: 'ü'.repeat(2_000) } },
      },
    },
    { variables: { word: { example: 'ninechars' } } },
  );
  const refused = await publish(path);
  expect(refused.status).toBe(422);
  expect(refused.body.errors).toEqual([
    { field: 'draft.en.sms', code: 'too_long', message: 'it has 1800 characters (12 segments), more than 1600' },
    {
      field: 'draft.en.push',
      code: 'too_long',
      message: expect.stringMatching(/^it has 41\d\d bytes, more than 4096$/),
    },
  ]);
});

test('publish and preview tell how large an SMS is', async () => {
  const { path } = await newTemplate(
    { en: { sms: { text: 'Hello {{ name }}' } } },
    { variables: { name: { example: 'Zoë 😀'.repeat(12) } } },
  );
  const sms = { encoding: 'ucs-2', units: 78, segments: 2 };
  expect((await publish(path)).body.sizes).toEqual({ en: { sms } });
  expect((await service.call('post', `${path}/preview`, {})).body.channels.sms).toMatchObject(sms);
  const { body } = await service.call('post', `${path}/preview`, { variables: { name: 'Ada' } });
  expect(body.channels.sms).toEqual({ text: 'Hello Ada', encoding: 'gsm-7', units: 9, segments: 1 });
});

test('what is declared and what is used have to fit', async () => {
  const { path } = await newTemplate(
    {
      en: { sms: { text: '{{ name }} {{ oops }}' } },
      fr: { sms: { text: '{{ city }}{% if city %}{{ city }}{% endif %}{{ city | default: "?" }}' } },
    },
    { variables: { name: { example: 'Ada' }, city: { example: 'Paris', required: false } } },
  );
  expect(errorsOf(await publish(path))).toEqual([
    'draft.en.sms.text undeclared_variable',
    'draft.fr.sms optional_variable',
  ]);
});

test('declarations are changed by PATCH, and hold from the next version on', async () => {
  const { path } = await newTemplate({ en: { sms: { text: 'Hi {{ name }}' } } });
  await publish(path);
  const variables = { name: { example: 'Ada', max_length: 20 } };
  const patched = await service.call('patch', path, { variables, description: 'Says hi' });
  const declared = { name: { type: 'string', required: true, example: 'Ada', max_length: 20 } };
  expect(patched).toMatchObject({ status: 200, body: { variables: declared, description: 'Says hi' } });
  expect((await service.call('get', `${path}/published`)).body.variables).toBeNull();
  await publish(path);
  expect((await service.call('get', `${path}/published`)).body.variables).toEqual(declared);
  expect((await service.call('patch', path, { variables: null })).body.variables).toBeNull();
});

test('declarations that contradict themselves are 400', async () => {
  const { path } = await newTemplate({});
  for (const variables of [
    { n: { type: 'number', example: 'many' } },
    { link: { type: 'url', example: 'javascript:alert(1)' } },
    { s: { example: 'long', max_length: 3 } },
    { s: {} },
    { 'not a name': { example: 1 } },
    { s: { type: 'date', example: 'x' } },
  ]) {
    expect(await service.call('patch', path, { variables })).toMatchObject({ status: 400 });
  }
  expect(await service.call('patch', path, {})).toMatchObject({ status: 400 });
});

test('a rollback sends an earlier version again, and the next publish has the next number', async () => {
  const { code, path } = await newTemplate({ en: { sms: { text: 'one' } } });
  await publish(path);
  await service.call('put', `${path}/draft/en`, { sms: { text: 'two' } });
  await publish(path);
  await eventually(() => service.changed.filter((id) => id === code).length === 2);
  const rolledBack = await service.call('post', `${path}/rollback`, { version: 1 });
  expect(rolledBack).toMatchObject({ status: 200, body: { code, version: 1, locales: ['en'] } });
  await eventually(() => service.changed.filter((id) => id === code).length === 3);
  expect((await service.call('get', `${path}/published`)).body.locales.en.sms.text).toBe('one');
  expect((await service.call('get', path)).body.published_version).toBe(1);
  expect((await publish(path)).body.version).toBe(3);
});

test('a preview shows every channel of the drafts or of a version, in the locale that would be used', async () => {
  const { code, path } = await newTemplate({
    en: {
      email: { subject: 'Hi {{ name }}', mjml },
      push: { title: 'Hi', body: '{{ name }}' },
      in_app: { title: 'Hi', body: '{{ name }}', action_url: 'https://example.test/{{ page }}' },
    },
    fr: { sms: { text: 'Salut {{ name }}' } },
  });
  const variables = { name: '<Ada>' };
  const { body } = await service.call('post', `${path}/preview`, { locale: 'de', variables });
  expect(body).toEqual({
    code,
    version: null,
    locale: 'en',
    channels: {
      email: { subject: 'Hi <Ada>', html: expect.stringContaining('Hello &lt;Ada&gt;'), text: 'Hello <Ada>' },
      push: { title: 'Hi', body: '<Ada>', payload_bytes: expect.any(Number) },
      in_app: { title: 'Hi', body: '<Ada>', action_url: 'https://example.test/[page]' },
    },
    missing_variables: ['page'],
    errors: [],
  });
  await publish(path);
  await service.call('put', `${path}/draft/fr`, { sms: { text: 'changed' } });
  const first = await service.call('post', `${path}/preview`, { locale: 'fr-CA', version: 1, variables });
  expect(first.body).toMatchObject({ version: 1, locale: 'fr', channels: { sms: { text: 'Salut <Ada>' } } });
});

test('a link of which a variable makes code is not shown, and not published where the example does', async () => {
  const inApp = { title: 'Hi', body: 'B', action_url: '{{ link }}' };
  const { path } = await newTemplate({ en: { in_app: inApp, sms: { text: 'Hi' } } });
  const variables = { link: 'JavaScript:alert(1)' };
  await publish(path);
  for (const version of [undefined, 1]) {
    const { body } = await service.call('post', `${path}/preview`, { version, variables });
    expect(errorsOf({ body })).toEqual(['in_app render_failed']);
    expect(Object.keys(body.channels)).toEqual(['sms']);
  }
  await service.call('patch', path, { variables: { link: { example: variables.link } } });
  const refused = await publish(path);
  expect(refused).toMatchObject({ status: 422, body: { code: 'template_invalid' } });
  expect(errorsOf(refused)).toEqual(['draft.en.in_app render_failed']);
});

test('a preview names what is missing, not as declared, or fails', async () => {
  const variables = { name: { example: 'Ada' }, age: { type: 'number', example: 36 } };
  const { path } = await newTemplate(
    { en: { sms: { text: '{{ name }}' }, push: { title: '{{ age }}', body: '{{ other | divided_by: 0 }}' } } },
    { variables },
  );
  const { body } = await service.call('post', `${path}/preview`, { variables: { age: 'old', other: { a: 1 } } });
  expect(body.missing_variables).toEqual(['name']);
  expect(errorsOf({ body })).toEqual(['variables.age invalid_variable', 'push render_failed']);
  expect(body.channels.push).toBeUndefined();
  expect(body.channels.sms.text).toBe('[name]');
});

test('a deleted template is gone, and its code is free', async () => {
  const { code, path } = await newTemplate({ en: { sms: { text: 'one' } } });
  await publish(path);
  expect((await service.call('delete', path)).status).toBe(204);
  const gone = [
    await service.call('get', path),
    await service.call('get', `${path}/draft/en`),
    await service.call('get', `${path}/published?version=1`),
    await service.call('get', `${path}/versions`),
    await service.call('put', `${path}/draft/en`, { sms: { text: 'x' } }),
    await publish(path),
    await service.call('delete', path),
  ];
  expect(gone.map(({ status }) => status)).toEqual(Array(7).fill(404));
  await eventually(() => service.changed.filter((id) => id === code).length === 2);

  const again = await service.call('post', '/templates', { code, description: 'again' });
  expect(again).toMatchObject({
    status: 201,
    body: { description: 'again', draft_locales: [], published_version: null },
  });
  await service.call('put', `${path}/draft/en`, { sms: { text: 'two' } });
  expect((await publish(path)).body.version).toBe(2);
});

test('a draft can be taken out of the next version', async () => {
  const { path } = await newTemplate({ en: { sms: { text: 'one' } }, fr: { sms: { text: 'un' } } });
  expect((await service.call('delete', `${path}/draft/fr`)).status).toBe(204);
  expect(await service.call('delete', `${path}/draft/fr`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect((await publish(path)).body.locales).toEqual(['en']);
});

test('hostile MJML is refused, and others are served meanwhile', async () => {
  const { path } = await newTemplate({});
  const hostile = service.call('put', `${path}/draft/en`, {
    email: { subject: 'x', mjml: `<mjml><mj-body>${'<mj-section>'.repeat(15_000)}</mj-body></mjml>` },
  });
  expect((await service.call('get', path)).status).toBe(200);
  expect(await hostile).toMatchObject({ status: 422, body: { errors: [{ message: 'it is nested too deeply' }] } });
});
