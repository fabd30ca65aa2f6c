import { type CommandOptions, type CommandResult, runCommand } from '../run-command.ts';

/** Runs `docker` to its end and collects what it printed. Never throws: without docker the code is 127. */
export const docker = (args: readonly string[], options?: CommandOptions): Promise<CommandResult> =>
  runCommand(['docker', ...args], options);
