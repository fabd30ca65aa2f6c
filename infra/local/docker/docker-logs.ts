import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Container } from './containers.ts';
import { displayName } from './docker-status.ts';

type LogOptions = { lines: number; follow: boolean };

/**
 * Prints the end of the containers' logs, and with `follow` what is added; with several containers each line begins with the name of its
 * own. Returns the exit code.
 */
export async function showDockerLogs(containers: readonly Container[], options: LogOptions): Promise<number> {
  const codes = await Promise.all(
    containers.map((container) => {
      const prefix = containers.length > 1 ? `${displayName(container, containers)} | ` : '';
      return printLog(container.id, prefix, options);
    }),
  );
  return codes.every((code) => code === 0) ? 0 : 1;
}

function printLog(id: string, prefix: string, { lines, follow }: LogOptions): Promise<number> {
  const args = ['logs', '--tail', String(lines), ...(follow ? ['--follow'] : []), id];
  const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // Ctrl-C reaches it by itself; whoever ends this process by another signal ends it too.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => child.kill(signal));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => process.stdout.write(`${prefix}${line}\n`));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 0));
  });
}
