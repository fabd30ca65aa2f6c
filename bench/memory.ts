import { readFileSync } from 'node:fs';
import type { ProcessIds } from './pipeline.ts';

export interface Memory {
  /** What is in RAM, shared pages counted in full. */
  rss_mb: number;
  /** Shared pages counted in equal parts: only these sum up to what the processes take together. */
  pss_mb: number;
}

/** Memory in use now. Linux; a process of another user can be read by root alone. */
export function readMemory(processIds: ProcessIds): Record<string, Memory> {
  return Object.fromEntries(
    Object.entries(processIds).map(([name, pid]) => {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      const megabytes = (key: string): number =>
        Math.round(Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1024);
      return [name, { rss_mb: megabytes('Rss'), pss_mb: megabytes('Pss') }];
    }),
  );
}
