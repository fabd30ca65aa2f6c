import type { Mode } from './mode-record.ts';

export type StartOptions = { mode?: Mode; help?: boolean };

export const startUsage = [
  'npm start [-- --mode=docker|native]',
  '',
  '  --mode=docker   with docker compose',
  '  --mode=native   without Docker, on this machine itself (Linux)',
  '',
  'Without --mode: as it runs already, or where its data is; else in Docker when an engine and the images can be had, else natively.',
].join('\n');

/** Throws an Error that names what exists, for anything else. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const options: StartOptions = {};
  for (const argument of args) {
    const mode = /^--mode=(.*)$/.exec(argument)?.[1];
    if (mode === 'docker' || mode === 'native') options.mode = mode;
    else if (['--help', '-h'].includes(argument)) options.help = true;
    else throw new Error(`${argument} is not known.\n\n${startUsage}`);
  }
  return options;
}
