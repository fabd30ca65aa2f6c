import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile } from './instance.ts';
import { lastLines } from './log-lines.ts';
import { localDir } from './paths.ts';

const followEveryMs = 200;

/** Prints the end of a process's log, and with `follow` what is added to it, until this process is ended. Returns the exit code. */
export async function showNativeLog(
  name: string,
  { lines, follow }: { lines: number; follow: boolean },
): Promise<number> {
  const file = logFile(localDir, name);
  const from = statSync(file).size;
  for (const line of lastLines(file, lines)) console.log(line);
  if (follow) await followFile(file, from);
  return 0;
}

/** The processes that have a log. */
export function nativeLogNames(): string[] {
  const folder = join(localDir, 'logs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -'.log'.length))
    .sort();
}

/** Runs until the process is ended. */
async function followFile(file: string, from: number): Promise<void> {
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
