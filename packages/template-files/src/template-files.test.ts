import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readTemplates, type TemplateFiles, writeTemplates } from './index.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'templates-'));
});
afterEach(() => rm(dir, { recursive: true }));

const otp: TemplateFiles = {
  settings: {
    code: 'otp',
    default_locale: 'en',
    description: 'Codes: "quoted" and # more',
    variables: { code: { type: 'string', required: true, example: '0123' } },
  },
  locales: {
    en: {
      email: { subject: '{{ code }}: yours', mjml: '<mjml>\n  {{ code }}\n</mjml>\n', text: 'one\n\n  two  \nthree' },
      sms: { text: `It's {% if a %}"a"{% endif %} ${'long '.repeat(40)}` },
      push: { title: 'yes', body: 'null', data: { n: '1', b: 'true', t: '2026-12-01' } },
    },
    'fr-CA': { email: { subject: 'S', html: '<p>\r\n</p>' } },
  },
};
const withCode = (code: string): TemplateFiles => ({ settings: { code, default_locale: 'en' }, locales: {} });

test('what is written is read as it was, whatever is in it', async () => {
  await writeTemplates(dir, [otp]);
  expect(await readdir(join(dir, 'otp'))).toEqual(['en.mjml', 'en.yaml', 'fr-CA.html', 'fr-CA.yaml', 'template.yaml']);
  expect(await readTemplates(dir)).toEqual([otp]);
});

test('codes that would lead out of the folder, or that no folder may have, come back too', async () => {
  const templates = ['.', '..', '...x', 'a:b', 'Z.z'].map(withCode);
  await writeTemplates(dir, templates);
  expect(await readTemplates(dir)).toEqual(templates.sort((a, b) => (a.settings.code < b.settings.code ? -1 : 1)));
});

test('a locale that is gone is gone from the files, what is not of a template stays', async () => {
  await writeTemplates(dir, [otp]);
  await writeFile(join(dir, 'otp', 'README.md'), 'ours');
  await mkdir(join(dir, 'other'));
  await writeFile(join(dir, 'other', 'x.yaml'), 'a: 1');
  const { en = {} } = otp.locales;
  await writeTemplates(dir, [{ ...otp, locales: { en } }]);
  expect(await readdir(join(dir, 'otp'))).toEqual(['README.md', 'en.mjml', 'en.yaml', 'template.yaml']);
  expect(await readdir(join(dir, 'other'))).toEqual(['x.yaml']);
  expect(await readTemplates(dir)).toHaveLength(1);
});

test('locales come as the API spells them, whatever their files are called, and each but once', async () => {
  await writeTemplates(dir, [
    { settings: { code: 'otp', default_locale: 'pt_br' }, locales: { pt_BR: { email: { subject: 'S', html: 'B' } } } },
  ]);
  expect(await readTemplates(dir)).toEqual([
    {
      settings: { code: 'otp', default_locale: 'pt-BR' },
      locales: { 'pt-BR': { email: { subject: 'S', html: 'B' } } },
    },
  ]);
  await writeFile(join(dir, 'otp', 'pt-BR.yaml'), 'sms: { text: x }');
  await expect(readTemplates(dir)).rejects.toThrow('there is another file for pt-BR');
});

test('a file that can not be read is named', async () => {
  await writeTemplates(dir, [otp]);
  await writeFile(join(dir, 'otp', 'en.yaml'), 'sms: [');
  await expect(readTemplates(dir)).rejects.toThrow(join('otp', 'en.yaml'));
  await writeFile(join(dir, 'otp', 'en.yaml'), 'sms');
  await expect(readTemplates(dir)).rejects.toThrow('has to be a mapping');
  await writeFile(join(dir, 'otp', 'en.yaml'), 'sms: { text: x }');
  await expect(readTemplates(dir)).rejects.toThrow(/en\.mjml: there is no email/);
});
