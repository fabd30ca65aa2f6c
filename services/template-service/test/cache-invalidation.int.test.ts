import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTemplateCatalogue, type TemplateCatalogue } from '@notify/enrichment';
import { openBroker } from '@notify/messaging';
import { createServiceClient } from '@notify/service-kit';
import { createTestKit, summaryOf, timeUntil } from '@notify/testing';
import { type RunningService, runTemplateService } from './running-service.ts';

const CHANGES = 100;
/** What the API promises: a change applies to requests made one second later, everywhere. */
const PROMISED_MS = 1_000;

let service: RunningService;
let isServiceRunning = true;
const kits = [createTestKit('gateway'), createTestKit('worker')];
let catalogues: TemplateCatalogue[];
beforeAll(async () => {
  service = await runTemplateService();
  catalogues = await Promise.all(
    kits.map(async (kit, place) => {
      const broker = await openBroker({ url: service.brokerUrl, name: `instance-${place}`, ...kit });
      const client = createServiceClient({
        service: 'template-service',
        baseUrl: service.url,
        token: service.tokenFor,
        logger: kit.logger,
      });
      return openTemplateCatalogue(client, broker);
    }),
  );
});
afterAll(async () => {
  for (const kit of kits) await kit.lifecycle.shutdown('end of the test');
  if (isServiceRunning) await service.stop();
});

async function publish(code: string, text: string): Promise<number> {
  await service.call('put', `/templates/${code}/draft/en`, { sms: { text } });
  return (await service.call('post', `/templates/${code}/publish`, {})).body.version;
}
const isCurrentEverywhere = async (code: string, version: number) => {
  const found = await Promise.all(catalogues.map((catalogue) => catalogue.lookUp(code)));
  return found.every((template) => template?.version === version);
};

test('a new version is known on every instance within a second', async () => {
  const code = randomUUID();
  await service.call('post', '/templates', { code, default_locale: 'en' });
  const timesMs: number[] = [];
  for (let change = 0; change < CHANGES; change += 1) {
    const version = await publish(code, `text ${change}`);
    timesMs.push(await timeUntil(() => isCurrentEverywhere(code, version)));
  }
  // Past Jest, which keeps back what tests print when several files run.
  writeSync(1, `\ntemplates, ${CHANGES} versions on ${catalogues.length} instances: ${summaryOf(timesMs)}\n`);
  expect(Math.max(...timesMs)).toBeLessThan(PROMISED_MS);
});

// Last: it ends the service.
test('what is remembered can be used while template-service is away, what is not can not', async () => {
  const [code, later] = [randomUUID(), randomUUID()];
  for (const each of [code, later]) await service.call('post', '/templates', { code: each, default_locale: 'en' });
  const version = await publish(code, 'text');
  // Events come in their order: once a later one has been heard, this one's has been too, and will not make anybody forget it again.
  for (const text of ['one', 'two']) {
    const laterVersion = await publish(later, text);
    await timeUntil(() => isCurrentEverywhere(later, laterVersion));
  }
  expect(await isCurrentEverywhere(code, version)).toBe(true);
  await service.stop();
  isServiceRunning = false;
  expect(await isCurrentEverywhere(code, version)).toBe(true);
  await expect(catalogues[0]?.lookUp(randomUUID())).rejects.toMatchObject({ code: 'dependency_unavailable' });
});
