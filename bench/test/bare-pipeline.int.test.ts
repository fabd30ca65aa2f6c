import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestBroker, createTestDatabase, eventually, startTestSandbox, type TestSandbox } from '@notify/testing';
import { isClean } from '../account.ts';
import { createBarePipeline } from '../bare-pipeline.ts';
import { createDriver } from '../driver.ts';
import { messageTo } from '../message.ts';
import type { Pipeline } from '../pipeline.ts';
import { runPhase } from '../run-phase.ts';
import { openSandboxInbox } from '../sandbox-inbox.ts';

const COUNT = 50;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let broker: Awaited<ReturnType<typeof createTestBroker>>;
let sandbox: TestSandbox;
let pipeline: Pipeline;
let origin: string;

beforeAll(async () => {
  [database, broker, sandbox] = await Promise.all([createTestDatabase(), createTestBroker(), startTestSandbox()]);
  pipeline = createBarePipeline({
    rabbitmqUrl: broker.url,
    databaseUrl: database.url,
    twilioUrl: sandbox.url,
    smtpPort: sandbox.smtpPort,
  });
  origin = await pipeline.start();
});

afterAll(async () => {
  await pipeline.stop();
  await sandbox.stop();
  await Promise.all([database.drop(), broker.drop()]);
});

test.each(['http', 'smtp'] as const)(
  'the bare pipeline hands over and records every message once: %s',
  async (vendor) => {
    const driver = createDriver(origin, (index) => pipeline.requestFor(vendor, messageTo(vendor, index)));
    const inbox = openSandboxInbox(sandbox.url);
    const saturated = await runPhase({ pipeline, vendor, inbox }, () => driver.saturate(COUNT));
    const kept = await runPhase({ pipeline, vendor, inbox }, () => driver.keepRate(500, COUNT));
    await driver.close();
    for (const { account, receivedAtMs } of [saturated, kept]) {
      expect(isClean(account)).toBe(true);
      expect(receivedAtMs.size).toBe(COUNT);
    }
  },
);

test('a process that died ends the run', async () => {
  pipeline.assertAlive();
  process.kill(pipeline.processIds()['bare worker'] as number, 'SIGKILL');
  await eventually(() => {
    try {
      pipeline.assertAlive();
      return false;
    } catch (error) {
      return (error as Error).message.includes('worker died');
    }
  });
});
