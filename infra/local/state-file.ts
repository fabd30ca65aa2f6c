import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { stateFile } from './instance.ts';

export type ProcessStatus = 'starting' | 'ready' | 'restarting' | 'failed';

export type ProcessState = { pid: number | null; port: number; status: ProcessStatus; restarts: number };

/** What an instance is doing, as its supervisor last wrote it. */
export type InstanceState = {
  supervisor_pid: number;
  started_at: string;
  /** `starting` until everything that was asked for is ready for the first time. */
  phase: 'starting' | 'ready' | 'failed' | 'stopping';
  processes: Record<string, ProcessState>;
};

/** Written whole or not at all: a reader never sees half a file. */
export function writeState(dir: string, state: InstanceState): void {
  const temporary = `${stateFile(dir)}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(temporary, stateFile(dir));
}

/** The last written state, or undefined when there is none. It says nothing about whether the supervisor still lives. */
export function readState(dir: string): InstanceState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(dir), 'utf8')) as InstanceState;
  } catch {
    return undefined;
  }
}
