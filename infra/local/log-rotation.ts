import { copyFileSync, existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const largestBytes = 20 * 1024 * 1024;

/**
 * Keeps each log of a folder under 20 MB (plus one older copy, `<name>.log.1`). The processes hold their file open for appending, so
 * it is copied and cut to nothing instead of renamed; a line written in between is lost.
 */
export function rotateLogs(folder: string): void {
  const logs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')) : [];
  for (const name of logs) {
    const file = join(folder, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= largestBytes) continue;
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
  }
}
