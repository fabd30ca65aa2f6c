import { expect, test } from '@jest/globals';
import { createClient } from '@notify/client';
import { runKeysCommand } from '../../infra/local/api-keys.ts';
import { api, apiKey, gatewayUrl, unique } from './system.ts';

const client = createClient({ baseUrl: gatewayUrl, apiKey });
const keys = (...args: string[]) => runKeysCommand(args, client);

test('a key is made, listed without its secret, rotated and revoked from the command line', async () => {
  const name = unique('shop');
  const made = await keys(
    'create',
    '--name',
    name,
    '--scopes',
    'notifications:read, users:read',
    '--environment',
    'test',
  );
  const [, key = '', id = ''] = /^(nk_test_([^_]+)_\S+)$/m.exec(made) ?? [];
  expect(made).toContain('the only time');
  const statusOf = async (path: string) =>
    (await api('GET', path, undefined, { authorization: `Bearer ${key}` })).status;
  expect(await statusOf('/api/v1/notifications')).toBe(200);
  expect(await statusOf('/api/v1/templates')).toBe(403);

  const line = (await keys('list')).split('\n').find((each) => each.startsWith(id));
  expect(line).toContain(name);
  expect(line).not.toContain(key.slice(-20));

  expect(await keys('rotate', id)).toMatch(new RegExp(`^nk_test_${id}_`));
  expect(await keys('revoke', id)).toBe(`Revoked ${id}.`);
  await expect(keys('revoke', id)).rejects.toThrow('There is no API key with this id');
});

test('what is wrong with a command is said in words', async () => {
  await expect(keys()).rejects.toThrow('npm run keys -- create');
  await expect(keys('create', '--name', 'x')).rejects.toThrow('needs --name and --scopes');
  await expect(keys('create', '--colour', 'red')).rejects.toThrow('--colour');
  await expect(keys('create', '--name', 'x', '--scopes', 'all')).rejects.toThrow('scopes');
  const away = runKeysCommand(['list'], createClient({ baseUrl: 'http://127.0.0.1:1', apiKey: 'x', maxRetries: 0 }));
  await expect(away).rejects.toThrow('`npm start` starts it');
});
