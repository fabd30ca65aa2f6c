import { randomBytes } from 'node:crypto';

export type Settings = Readonly<Record<string, string>>;

const settingLine = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/** Reads KEY=value lines. Comments and blank lines are skipped, one pair of quotes around a value is dropped. */
export function parseEnv(text: string): Settings {
  const settings: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, key, value] = settingLine.exec(line) ?? [];
    if (key !== undefined && value !== undefined) settings[key] = unquote(value);
  }
  return settings;
}

/** Replaces each `<random>` with a secret of its own (256 bits) and each `<random-id>` with a short id. */
export function fillPlaceholders(text: string): string {
  return text.replaceAll(/^(?!\s*#)(.*)$/gm, (line) =>
    line
      .replaceAll('<random-id>', () => randomBytes(6).toString('hex'))
      .replaceAll('<random>', () => randomBytes(32).toString('hex')),
  );
}

/** The settings of the example that `current` does not have (after an update), as lines to append; '' when it has all. */
export function missingLines(example: string, current: string): string {
  const known = parseEnv(current);
  return example
    .split('\n')
    .filter((line) => {
      const key = settingLine.exec(line)?.[1];
      return key !== undefined && !(key in known);
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** The names of all settings of an env file, those that are commented out too. */
export function settingNames(text: string): Set<string> {
  return new Set([...text.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].flatMap(([, name]) => name ?? []));
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted?.[2] ?? value;
}
