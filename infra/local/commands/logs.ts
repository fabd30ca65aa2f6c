import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile } from '../instance.ts';
import { lastLines } from '../log-lines.ts';
import { localDir } from '../paths.ts';

const shownLines = 100;
const followEveryMs = 200;

/** `npm run logs -- <service> [-f]`: the end of a log, and with -f what is added to it. Returns the exit code. */
export async function logs(args: readonly string[]): Promise<number> {
  const wanted = args.find((argument) => !argument.startsWith('-'));
  const names = logNames();
  const name = wanted === undefined ? undefined : (names.find((known) => known === wanted) ?? onlyMatch(names, wanted));
  if (name === undefined) {
    console.error(wanted === undefined ? 'npm run logs -- <service> [-f]' : `There is no log of "${wanted}".`);
    console.error(names.length > 0 ? `Logs: ${names.join(', ')}` : 'There are no logs yet: npm start');
    return 1;
  }
  const file = logFile(localDir, name);
  const from = statSync(file).size;
  for (const line of lastLines(file, shownLines)) console.log(line);
  if (args.includes('-f') || args.includes('--follow')) await follow(file, from);
  return 0;
}

function logNames(): string[] {
  const folder = join(localDir, 'logs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -'.log'.length))
    .sort();
}

// `gateway` is enough for api-gateway.
function onlyMatch(names: readonly string[], part: string): string | undefined {
  const matching = names.filter((name) => name.includes(part));
  return matching.length === 1 ? matching[0] : undefined;
}

/** Runs until the process is ended. */
async function follow(file: string, from: number): Promise<void> {
  let position = from;
  const chunk = Buffer.alloc(64 * 1024);
  for (;;) {
    const size = existsSync(file) ? statSync(file).size : 0;
    // Cut to nothing because it had grown too large.
    if (size < position) position = 0;
    while (position < size) {
      const descriptor = openSync(file, 'r');
      const read = readSync(descriptor, chunk, 0, chunk.length, position);
      closeSync(descriptor);
      process.stdout.write(chunk.subarray(0, read));
      position += read;
    }
    await sleep(followEveryMs);
  }
}
