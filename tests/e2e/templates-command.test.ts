import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from '@notify/client';
import { runTemplatesCommand } from '../../infra/local/template-commands.ts';
import { apiKey, freshEmail, gatewayUrl, unique } from './system.ts';

const client = createClient({ baseUrl: gatewayUrl, apiKey });
const templates = (...args: string[]) => runTemplatesCommand(args, client);
const code = unique('files');
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'templates-'));
  await client.templates.create({ code, description: 'From the API', variables: { name: { example: 'Ada' } } });
  await client.templates.putDraft(code, 'en', { email: { subject: 'Hi {{ name }}', html: '<p>{{ name }}</p>' } });
  await client.templates.putDraft(code, 'fr', { sms: { text: 'Salut {{ name }}' } });
  await client.templates.publish(code);
});
afterAll(() => rm(dir, { recursive: true }));

test('templates go to files and back: unchanged ones stay, a changed file is published, a lost template is there again', async () => {
  // Tests beside this one make templates too, some of which can't be published: only two are followed.
  expect(await templates('export', dir)).toMatch(/^\d+ templates in /);
  const ours = await mkdtemp(join(tmpdir(), 'templates-'));
  try {
    for (const each of [code, 'otp']) await cp(join(dir, each), join(ours, each), { recursive: true });
    expect(await templates('import', ours)).toMatch(new RegExp(`${code} +unchanged\\s+otp +unchanged`));

    await rename(join(ours, code, 'fr.yaml'), join(ours, code, 'FR.yaml'));
    expect(await templates('import', ours)).toMatch(new RegExp(`${code} +unchanged`));
    expect(await client.templates.get(code)).toMatchObject({ draft_locales: ['en', 'fr'] });
    await rename(join(ours, code, 'FR.yaml'), join(ours, code, 'fr.yaml'));

    const body = join(ours, code, 'en.html');
    expect(await readFile(body, 'utf8')).toBe('<p>{{ name }}</p>');
    await writeFile(body, '<p>Dear {{ name }}</p>');
    await rm(join(ours, code, 'fr.yaml'));
    expect(await templates('import', ours)).toMatch(new RegExp(`${code} +version 2 published`));
    expect(await client.templates.get(code)).toMatchObject({ published_version: 2, draft_locales: ['en'] });

    const before = await client.templates.get(code);
    await client.templates.delete(code);
    expect(await templates('import', ours)).toMatch(new RegExp(`${code} +version 3 published`));
    const { description, variables, default_locale } = before;
    expect(await client.templates.get(code)).toMatchObject({ description, variables, default_locale });
    expect(await client.templates.getDraft(code, 'en')).toMatchObject({ email: { html: '<p>Dear {{ name }}</p>' } });
  } finally {
    await rm(ours, { recursive: true });
  }
});

test('what could not be published is published by the next import', async () => {
  const one = unique('unpublished');
  const folder = await mkdtemp(join(tmpdir(), 'templates-'));
  try {
    await mkdir(join(folder, one));
    await writeFile(join(folder, one, 'template.yaml'), 'default_locale: en');
    await writeFile(join(folder, one, 'en.yaml'), 'sms: { text: one }');
    expect(await templates('import', folder)).toMatch(/version 1 published/);
    await writeFile(join(folder, one, 'en.yaml'), 'sms: { text: two }');
    // As an import leaves it whose publish failed.
    await client.templates.putDraft(one, 'en', { sms: { text: 'two' } });
    expect(await templates('import', folder)).toMatch(/version 2 published/);
    expect(await templates('import', folder)).toMatch(/unchanged/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what is wrong is said in words, with the template', async () => {
  await expect(templates()).rejects.toThrow('npm run templates -- export');
  await expect(templates('copy', dir)).rejects.toThrow('npm run templates -- export');
  await expect(templates('import', tmpdir() + unique('/nowhere'))).rejects.toThrow('no such file');
  const broken = join(dir, 'broken');
  await cp(join(dir, 'otp'), join(broken, unique('broken')), { recursive: true });
  expect(await templates('import', broken)).toMatch(/^broken\S+ +version 1 published$/m);
  const [folder = ''] = await readdir(broken);
  await writeFile(join(broken, folder, 'en.mjml'), '{{ oops');
  await expect(templates('import', broken)).rejects.toThrow(new RegExp(`${folder}: .*\\n.*not closed`));
});

test('a starter template can be sent at once', async () => {
  const { notification_id: id } = await client.notifications.send({
    to: { email: freshEmail(), locale: 'es-MX' },
    notification_type: 'otp',
    template: { code: 'otp' },
    variables: { product: 'Acme', code: '123456', minutes: 10 },
  });
  expect(await client.notifications.waitUntilSettled(id)).toMatchObject({ status: 'sent', channel: 'email' });
});
