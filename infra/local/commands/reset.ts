import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { dataDir } from '../instance.ts';
import { envFile, localDir } from '../paths.ts';
import { removeDataDir } from '../servers/server-user.ts';
import { stopInstance } from '../supervisor-control.ts';
import { removeEndedTestInstances } from '../test-instance.ts';

/** `npm run reset [-- --yes]`: stops the system and deletes all it stored, with its secrets. Returns the exit code. */
export async function reset(args: readonly string[]): Promise<number> {
  const found = [dataDir(localDir), localDir, envFile].filter((path) => existsSync(path));
  if (found.length === 0) {
    console.log('There is nothing to delete.');
    return 0;
  }
  console.log(
    `This stops the system and deletes every notification, user and template in it, the logs and the secrets:`,
  );
  for (const path of found) console.log(`  ${path}`);
  if (!args.includes('--yes') && process.stdin.isTTY && !(await confirmed())) {
    console.log('Nothing was deleted.');
    return 1;
  }
  await stopInstance(localDir);
  removeDataDir(localDir);
  await removeEndedTestInstances();
  // The folder of a test run that goes on beside is not ours.
  const entries = existsSync(localDir) ? readdirSync(localDir) : [];
  for (const entry of entries)
    if (!entry.startsWith('test-')) rmSync(join(localDir, entry), { recursive: true, force: true });
  if (existsSync(localDir) && readdirSync(localDir).length === 0) rmSync(localDir, { recursive: true });
  rmSync(envFile, { force: true });
  console.log('Deleted.');
  return 0;
}

async function confirmed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Go on? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
