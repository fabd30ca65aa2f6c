import { realpathSync } from 'node:fs';

/** The path with all links followed, or the path itself when it does not exist. */
export function realPathOrSelf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
