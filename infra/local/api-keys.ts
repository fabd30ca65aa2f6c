import { parseArgs } from 'node:util';
import type { ApiKeyRequest, Client } from '@notify/client';
import type { NewApiKeyJson } from '@notify/contracts';
import { readableError } from './readable-error.ts';
import { textTable } from './text-table.ts';

export const keysUsage = [
  'npm run keys -- create --name shop --scopes notifications:write,notifications:read [--expires 2030-01-01T00:00:00Z] [--environment test]',
  'npm run keys -- list',
  'npm run keys -- rotate <id>     another secret under the same id; the old one stays good for 24 hours',
  'npm run keys -- revoke <id>     refused everywhere within a second',
].join('\n');

/**
 * Does one `npm run keys` command. @returns what to print.
 * @throws Error that a person can read: what the API refused, or the usage.
 */
export async function runKeysCommand(args: readonly string[], { apiKeys }: Client): Promise<string> {
  try {
    return await run(args, apiKeys);
  } catch (error) {
    throw readableError(error);
  }
}

async function run(args: readonly string[], apiKeys: Client['apiKeys']): Promise<string> {
  const { values, positionals } = parse(args);
  const [command, id, ...more] = positionals;
  if (more.length > 0) throw new Error(`${more.join(' ')} is too much.\n\n${keysUsage}`);
  if (command === 'create' && id === undefined) return await create(apiKeys, values);
  if (command === 'list' && id === undefined) return await list(apiKeys);
  if (command === 'rotate' && id !== undefined) {
    return `${shown(await apiKeys.rotate(id))}\nThe old key stays good for 24 hours.`;
  }
  if (command === 'revoke' && id !== undefined) {
    await apiKeys.revoke(id);
    return `Revoked ${id}.`;
  }
  throw new Error(keysUsage);
}

const options = {
  name: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  environment: { type: 'string' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${keysUsage}`);
  }
}

async function create(
  apiKeys: Client['apiKeys'],
  values: Partial<Record<keyof typeof options, string>>,
): Promise<string> {
  const { name, scopes, expires, environment } = values;
  if (name === undefined || scopes === undefined) throw new Error(`A key needs --name and --scopes.\n\n${keysUsage}`);
  return shown(
    // What is wrong with them the API says.
    await apiKeys.create({
      name,
      scopes: scopes.split(',').map((scope) => scope.trim()),
      ...(expires !== undefined && { expires_at: expires }),
      ...(environment !== undefined && { environment }),
    } as ApiKeyRequest),
  );
}

function shown({ id, name, scopes, expires_at: expiresAt, key }: NewApiKeyJson): string {
  const details = textTable([
    ['id', id],
    ['name', name],
    ['scopes', scopes.join(', ')],
    ['expires', expiresAt ?? 'never'],
  ]);
  return `${key}\n\n${details}\n\nThis is the only time that the key is shown.`;
}

async function list(apiKeys: Client['apiKeys']): Promise<string> {
  const rows: string[][] = [];
  for await (const key of apiKeys.list({ limit: 200 })) {
    rows.push([
      key.id,
      key.name,
      key.scopes.join(', '),
      key.created_at,
      key.expires_at ?? 'never',
      key.last_used_at ?? 'never',
    ]);
  }
  return textTable([['ID', 'NAME', 'SCOPES', 'CREATED', 'EXPIRES', 'LAST USED'], ...rows], '');
}
