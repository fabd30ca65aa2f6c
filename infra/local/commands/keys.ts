import { existsSync, readFileSync } from 'node:fs';
import { createClient } from '@notify/client';
import { runKeysCommand } from '../api-keys.ts';
import { parseEnv } from '../env-file.ts';
import { envFile } from '../paths.ts';
import { configuredPorts } from '../ports.ts';

/** `npm run keys`: API keys of the system that runs here, made and changed with the bootstrap key of .env. Returns the exit code. */
export async function keys(args: readonly string[]): Promise<number> {
  if (!existsSync(envFile)) throw new Error('There is no .env yet: `npm start` makes it, with the first key in it.');
  const settings = parseEnv(readFileSync(envFile, 'utf8'));
  const client = createClient({
    baseUrl: `http://127.0.0.1:${configuredPorts(settings).gateway}`,
    apiKey: settings['API_KEY'] ?? '',
    maxRetries: 0,
  });
  console.log(await runKeysCommand(args, client));
  return 0;
}
