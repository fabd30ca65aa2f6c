import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@notify/testing';
import { killProcess, processId, restarted, signalProcess } from '../e2e/running-processes.ts';
import { arrivedCount } from '../e2e/system.ts';

/** Kills a process with SIGKILL and waits until it is back. */
export async function killAndWait(name: string): Promise<void> {
  const pid = processId(name);
  killProcess(name);
  await restarted(name, pid);
}

/** Asks a process to end, as an operator's restart does, and waits until it is back. */
export async function restartAndWait(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const pid = processId(name);
  signalProcess(name, signal);
  await restarted(name, pid);
}

/** A process that takes connections and answers nothing. */
export async function freeze(name: string, durationMs: number): Promise<void> {
  signalProcess(name, 'SIGSTOP');
  try {
    await sleep(durationMs);
  } finally {
    signalProcess(name, 'SIGCONT');
  }
}

/** A process that is down: whoever runs it starts it again, and it is killed again before it can answer much. */
export async function keepDown(name: string, durationMs: number): Promise<void> {
  const end = Date.now() + durationMs;
  let pid = 0;
  while (Date.now() < end) {
    const current = processId(name);
    if (current !== 0 && current !== pid) {
      pid = current;
      killProcess(name);
    }
    await sleep(50);
  }
  await restarted(name, pid);
}

/** Waits until the vendors together have taken so many messages since the case began. */
export async function arrivals(count: number): Promise<void> {
  await eventually(async () => (await arrivedCount()) >= count, 60_000);
}
