import { existsSync, readFileSync } from 'node:fs';
import { type Client, createClient } from '@notify/client';
import { parseEnv } from './env-file.ts';
import { envFile } from './paths.ts';
import { configuredPorts } from './ports.ts';

/** A client of the system that runs here, with the bootstrap key of .env. @throws Error when there is no .env yet. */
export function localClient(): Client {
  if (!existsSync(envFile)) throw new Error('There is no .env yet: `npm start` makes it, with the first key in it.');
  const settings = parseEnv(readFileSync(envFile, 'utf8'));
  return createClient({
    baseUrl: `http://127.0.0.1:${configuredPorts(settings).gateway}`,
    apiKey: settings['API_KEY'] ?? '',
    maxRetries: 0,
  });
}
