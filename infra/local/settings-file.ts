import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fillPlaceholders, missingLines, parseEnv, type Settings } from './env-file.ts';
import { envExampleFile } from './paths.ts';

export type SettingsDraft = {
  readonly settings: Settings;
  /** What writing would do: `created`, `completed` (settings that came with an update), or nothing. */
  readonly change: 'created' | 'completed' | undefined;
  write(): void;
};

/**
 * The settings of an env file, with secrets of its own where the file (or a setting of .env.example) does not exist yet. Nothing is
 * written before `write`, so that a refused start leaves no trace.
 */
export function draftSettings(envFile: string): SettingsDraft {
  const example = readFileSync(envExampleFile, 'utf8');
  const current = existsSync(envFile) ? readFileSync(envFile, 'utf8') : undefined;
  if (current === undefined) return draft(envFile, fillPlaceholders(example), 'created');

  const added = fillPlaceholders(missingLines(example, current));
  return added === ''
    ? draft(envFile, current, undefined)
    : draft(envFile, `${current.trimEnd()}\n${added}`, 'completed');
}

function draft(envFile: string, text: string, change: SettingsDraft['change']): SettingsDraft {
  return {
    settings: parseEnv(text),
    change,
    write() {
      if (change !== undefined) writeFileSync(envFile, text, { mode: 0o600 });
      chmodSync(envFile, 0o600);
    },
  };
}
