import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { json, startScriptedServer } from './scripted-server.ts';

const run = promisify(execFile);
const packageDir = join(import.meta.dirname, '..');
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc');
/** A project with nothing but the packed client in it. */
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'notify-client-'));
  const built = join(project, 'built');
  await run(process.execPath, ['build.ts', built], { cwd: packageDir });
  const pack = ['pack', built, '--json', '--ignore-scripts', `--pack-destination=${project}`];
  const { stdout } = await run('npm', pack, { cwd: packageDir });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', filename], { cwd: project });
}, 180_000);
afterAll(() => rm(project, { recursive: true, force: true }));

test('the packed client runs in plain JavaScript, with no other package there', async () => {
  const server = await startScriptedServer(json(202, { notification_id: 'n-1' }));
  const script = `
    import { createClient, NotifyError, verifyWebhook } from '@notify/client';
    const client = createClient({ baseUrl: '${server.baseUrl}', apiKey: 'k' });
    const { notification_id } = await client.notifications.send({ user_id: 'ada', content: { body: 'Hello' } });
    console.log(notification_id, typeof NotifyError, typeof verifyWebhook);`;
  await writeFile(join(project, 'send.js'), script);
  expect((await run(process.execPath, ['send.js'], { cwd: project })).stdout).toBe('n-1 function function\n');
  const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { cwd: project });
  expect(stdout.trim().split('\n')).toHaveLength(2);
  await server.close();
});

test('its types stand alone, and say what is wrong', async () => {
  await writeFile(
    join(project, 'send.ts'),
    `import { createClient, type NotificationJson } from '@notify/client';
    const client = createClient({ baseUrl: 'http://localhost', apiKey: 'k' });
    const content = { body: 'Hello' };
    await client.notifications.send({ user_id: 'ada', content, send_at: '2026-12-01T09:00:00Z', expires_at: new Date() });
    const settled: NotificationJson = await client.notifications.waitUntilSettled('n-1');
    for await (const { status } of client.notifications.list({ status: 'failed' })) settled.status = status;
    // @ts-expect-error
    await client.notifications.send({ user_id: 'ada', content, priority: 'urgent' });
    // @ts-expect-error
    await client.notifications.send({ user_id: 'ada', content, prioritty: 'high' });
    // @ts-expect-error
    await client.notifications.list({ status: 'lost' });`,
  );
  // Not skipLibCheck: the package's own types are what is checked.
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'nodenext', '--types', ''];
  await run(process.execPath, [tsc, ...options, '--lib', 'es2022,dom,dom.iterable', 'send.ts'], { cwd: project }).catch(
    ({ stdout }) => {
      throw new Error(stdout);
    },
  );
});
