import type { ManagedProcess } from './managed-process.ts';

/** Starts processes wave by wave: those of one wave together, each wave once the one before is ready. Rejects with the first failure. */
export async function startInWaves(processes: readonly ManagedProcess[], isStopping: () => boolean): Promise<void> {
  for (const wave of wavesOf(processes)) {
    if (isStopping()) return;
    await Promise.all(wave.map((process) => process.start()));
  }
}

/** Stops processes in the opposite order, so that nobody loses what it still needs while it drains. */
export async function stopInWaves(processes: readonly ManagedProcess[]): Promise<void> {
  for (const wave of wavesOf(processes).reverse()) await Promise.all(wave.map((process) => process.stop()));
}

function wavesOf(processes: readonly ManagedProcess[]): ManagedProcess[][] {
  const numbers = [...new Set(processes.map(({ spec }) => spec.wave))].sort((a, b) => a - b);
  return numbers.map((number) => processes.filter(({ spec }) => spec.wave === number));
}
