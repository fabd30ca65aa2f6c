import { docker } from './docker-command.ts';

const unitBytes: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** The memory in bytes of running containers, by id. Takes about 2 s: the engine measures twice. */
export async function containerMemory(ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const format = '{{.ID}} {{.MemUsage}}';
  const { stdout } = await docker(['stats', '--no-stream', '--no-trunc', '--format', format, ...ids]);
  return parseMemory(stdout);
}

/** Reads lines such as `<id> 45.3MiB / 1GiB`; a container that ended meanwhile has none of it. */
export function parseMemory(lines: string): Map<string, number> {
  const entries = [...lines.matchAll(/^(\w+) ([\d.]+)([KMG]?i?B) \//gm)].map(
    ([, id = '', amount, unit = 'B']) => [id, Number(amount) * (unitBytes[unit] ?? 1)] as const,
  );
  return new Map(entries.filter(([, bytes]) => bytes > 0));
}
