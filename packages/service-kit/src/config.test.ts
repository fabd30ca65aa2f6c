import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ConfigError, loadConfig, postgresKeys, serviceTokenKeys } from './config.ts';

const SECRET = 'secret-of-at-least-32-characters-in-a-file';
const keys = { ...serviceTokenKeys, ...postgresKeys };
const DATABASE_URL = 'postgresql://user:database-password@localhost/notify';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const file = join(folder, 'secret');
  writeFileSync(file, text);
  return file;
}
const problemsOf = (env: NodeJS.ProcessEnv): string => {
  try {
    loadConfig(keys, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('it is valid');
};

test('a secret may come from a file, which wins over a variable, without the line break at its end', () => {
  const SERVICE_TOKEN_SECRET_FILE = fileWith(`${SECRET}\n`);
  const config = loadConfig(keys, { DATABASE_URL, SERVICE_TOKEN_SECRET: 'x'.repeat(40), SERVICE_TOKEN_SECRET_FILE });
  expect(config.SERVICE_TOKEN_SECRET).toBe(SECRET);
  expect(Object.isFrozen(config)).toBe(true);
});

test('all problems are told at once, and none of them repeats a secret', () => {
  const problems = problemsOf({
    DATABASE_URL: DATABASE_URL.replace('postgresql', 'mysql'),
    SERVICE_TOKEN_SECRET_FILE: fileWith('too-short-a-secret'),
    DATABASE_POOL_SIZE: 'many',
  });
  for (const key of ['SERVICE_TOKEN_SECRET', 'DATABASE_URL', 'DATABASE_POOL_SIZE']) expect(problems).toContain(key);
  expect(problems).not.toMatch(/too-short-a-secret|database-password/);
});

test('a file that is empty or not there is named, as is its setting', () => {
  const empty = fileWith('\n');
  expect(problemsOf({ DATABASE_URL, SERVICE_TOKEN_SECRET_FILE: empty })).toContain(`${empty} is empty`);
  const none = join(folder, 'none');
  expect(problemsOf({ DATABASE_URL, SERVICE_TOKEN_SECRET_FILE: none })).toContain(`cannot read ${none} (ENOENT)`);
});
