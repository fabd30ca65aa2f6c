import { existsSync, readFileSync } from 'node:fs';
import { apiClient } from '../api-client.ts';
import { runKeysCommand } from '../api-keys.ts';
import { parseEnv } from '../env-file.ts';
import { envFile } from '../paths.ts';
import { configuredPorts } from '../ports.ts';

/** `npm run keys`: API keys of the system that runs here, made and changed with the bootstrap key of .env. Returns the exit code. */
export async function keys(args: readonly string[]): Promise<number> {
  if (!existsSync(envFile)) throw new Error('There is no .env yet: `npm start` makes it, with the first key in it.');
  const settings = parseEnv(readFileSync(envFile, 'utf8'));
  const call = apiClient(`http://127.0.0.1:${configuredPorts(settings).gateway}`, settings['API_KEY'] ?? '');
  console.log(await runKeysCommand(args, call));
  return 0;
}
