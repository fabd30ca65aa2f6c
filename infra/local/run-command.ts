import { spawn } from 'node:child_process';
import { sendSignal } from './instance-processes.ts';

export type CommandResult = {
  code: number;
  /** Both streams, in the order in which they came. */
  output: string;
  stdout: string;
};

export type CommandOptions = {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
  /** Runs it in a process group of its own, which Ctrl-C does not reach: it ends when it is done, or by `signal`. */
  ownGroup?: boolean;
  /** Ends the command, and with `ownGroup` what it has started itself (SIGTERM); its code is not 0 then. */
  signal?: AbortSignal;
  /** Is called with each piece of output as it comes. */
  onOutput?: (text: string) => void;
};

/** Runs a command to its end and collects what it printed. Never throws: a command that cannot be run has code 127. */
export function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env = process.env, input = '', ownGroup = false, signal, onOutput } = options;
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', detached: ownGroup });
    const abort = (): void => {
      if (child.pid !== undefined) sendSignal(ownGroup ? -child.pid : child.pid, 'SIGTERM');
    };
    const finish = (result: CommandResult): void => {
      signal?.removeEventListener('abort', abort);
      resolve(result);
    };
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    let output = '';
    let stdout = '';
    const collect = (chunk: string): void => {
      output += chunk;
      onOutput?.(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      collect(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => finish({ code: 127, output: error.message, stdout }));
    child.on('close', (code) => finish({ code: code ?? 1, output, stdout }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
