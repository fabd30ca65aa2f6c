import { copyFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const largestBytes = 20 * 1024 * 1024;

/**
 * Keeps each log of a folder under 20 MB (plus one older copy, `<name>.log.1`). The processes hold their file open for appending, so
 * it is copied and cut to nothing instead of renamed; a line written in between is lost.
 */
export function rotateLogs(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!name.endsWith('.log') || statSync(file).size <= largestBytes) continue;
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
  }
}
