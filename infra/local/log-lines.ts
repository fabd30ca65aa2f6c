import { existsSync, readFileSync } from 'node:fs';

/** The last lines of a log; none when there is no such file. */
export function lastLines(file: string, count: number): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
}

/** What a process wrote since it was last started, at most `count` lines: not the same failure over and over. */
export function linesOfLastLife(file: string, count: number): string[] {
  const lines = lastLines(file, 1_000);
  const ends = lines.flatMap((line, index) => (line.startsWith('[supervisor]') ? [index] : []));
  const from = (ends.filter((index) => index < lines.length - 1).at(-1) ?? -1) + 1;
  return lines.slice(from).slice(-count);
}

/** The log that is meant: `gateway` is enough for api-gateway. Undefined when that names none, or more than one. */
export function pickLog(names: readonly string[], wanted: string | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  const matching = names.includes(wanted) ? [wanted] : names.filter((name) => name.includes(wanted));
  return matching.length === 1 ? matching[0] : undefined;
}
