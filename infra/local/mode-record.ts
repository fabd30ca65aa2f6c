import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDir } from './paths.ts';

export type Mode = 'native' | 'docker';

/** What this folder remembers of its starts. */
export type ModeRecord = {
  last?: Mode;
  /** The compose project that `npm start` has started: its volumes are this folder's. */
  compose_project?: string;
};

const recordFile = join(localDir, 'mode.json');

/** Empty when nothing was started yet. */
export function readModeRecord(): ModeRecord {
  try {
    return JSON.parse(readFileSync(recordFile, 'utf8')) as ModeRecord;
  } catch {
    return {};
  }
}

export function updateModeRecord(change: ModeRecord): void {
  mkdirSync(localDir, { recursive: true });
  writeFileSync(recordFile, `${JSON.stringify({ ...readModeRecord(), ...change }, null, 2)}\n`);
}
