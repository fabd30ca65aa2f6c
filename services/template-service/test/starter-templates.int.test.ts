import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TemplatePreviewJson } from '@notify/contracts';
import { writeTemplates } from '@notify/template-files';
import { createTestKit } from '@notify/testing';
import pg from 'pg';
import { loadStarterTemplates } from '../src/load-starter-templates.ts';
import { type RunningService, runTemplateService } from './running-service.ts';

const STARTERS = fileURLToPath(new URL('../starter-templates', import.meta.url));
const CODES = ['order_update', 'otp', 'password_reset', 'suspicious_login', 'welcome'];
const { logger } = createTestKit('test');

let service: RunningService;
let database: pg.Pool;
beforeAll(async () => {
  service = await runTemplateService();
  database = new pg.Pool({ connectionString: service.databaseUrl });
});
afterAll(async () => {
  await database.end();
  await service.stop();
});

async function previewOf(code: string, locale: string): Promise<TemplatePreviewJson> {
  return (await service.call('post', `/templates/${code}/preview`, { locale, version: 1 })).body;
}

test('a new system has them, published in three languages for every channel', async () => {
  const { body } = await service.call('get', '/templates');
  expect(body.data.map(({ code }: { code: string }) => code)).toEqual(CODES);
  for (const code of CODES) {
    for (const locale of ['en', 'fr', 'es']) {
      const preview = await previewOf(code, locale);
      expect(preview).toMatchObject({ locale, missing_variables: [], errors: [] });
      expect(Object.keys(preview.channels).sort()).toEqual(['email', 'in_app', 'push', 'sms']);
      expect(preview.channels.email?.html).toContain('Acme');
      expect(preview.channels.email?.text).toContain('Acme');
      expect(preview.channels.sms?.segments).toBeLessThanOrEqual(3);
    }
  }
});

test('each of them holds what publish asks of a template', async () => {
  for (const code of CODES) {
    expect(await service.call('post', `/templates/${code}/publish`, {})).toMatchObject({
      status: 201,
      body: { version: 2, locales: ['en', 'es', 'fr'] },
    });
  }
});

test('the code of an OTP fits into one SMS, in every language', async () => {
  for (const locale of ['en', 'fr', 'es']) expect((await previewOf('otp', locale)).channels.sms?.segments).toBe(1);
});

test('what an operator changed or deleted stays so, whenever the service starts again', async () => {
  await service.call('put', '/templates/welcome/draft/en', { sms: { text: 'Ours' } });
  await service.call('patch', '/templates/welcome', { variables: null });
  await service.call('post', '/templates/welcome/publish', {});
  await service.call('delete', '/templates/otp');
  await loadStarterTemplates(database, STARTERS, logger);
  expect((await service.call('get', '/templates/welcome/published')).body).toMatchObject({
    version: 3,
    locales: { en: { sms: { text: 'Ours' } } },
  });
  expect((await service.call('get', '/templates/otp')).status).toBe(404);
});

test('instances that start together load a template once, and none whose code is taken', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'starters-'));
  try {
    const [fresh, taken] = [`fresh-${randomUUID()}`, `taken-${randomUUID()}`];
    const locales = { en: { sms: { text: 'Starter' } } };
    await writeTemplates(
      dir,
      [fresh, taken].map((code) => ({ settings: { code, default_locale: 'en' }, locales })),
    );
    await service.call('post', '/templates', { code: taken, description: 'Mine' });
    await Promise.all([1, 2, 3].map(() => loadStarterTemplates(database, dir, logger)));
    expect((await service.call('get', `/templates/${fresh}/versions`)).body.data).toMatchObject([{ version: 1 }]);
    expect((await service.call('get', `/templates/${taken}`)).body).toMatchObject({
      description: 'Mine',
      draft_locales: [],
      published_version: null,
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});
