import { runKeysCommand } from '../api-keys.ts';
import { localClient } from '../local-client.ts';

/** `npm run keys`: API keys of the system that runs here, made and changed with the bootstrap key of .env. Returns the exit code. */
export async function keys(args: readonly string[]): Promise<number> {
  console.log(await runKeysCommand(args, localClient()));
  return 0;
}
