import { showDockerLogs } from '../docker/docker-logs.ts';
import { findDockerSystem } from '../docker/docker-system.ts';
import { runningSupervisor } from '../instance-processes.ts';
import { pickLog } from '../log-lines.ts';
import { readModeRecord } from '../mode-record.ts';
import { nativeLogNames, showNativeLog } from '../native-logs.ts';
import { localDir } from '../paths.ts';

const shownLines = 100;

/** `npm run logs -- <service> [-f]`: the end of a log, and with -f what is added to it. Returns the exit code. */
export async function logs(args: readonly string[]): Promise<number> {
  const wanted = args.find((argument) => !argument.startsWith('-'));
  const options = { lines: shownLines, follow: args.includes('-f') || args.includes('--follow') };
  const { containers, problem } = await findDockerSystem();
  const isNative = runningSupervisor(localDir) !== undefined;
  if (!isNative && containers.length === 0 && readModeRecord().last === 'docker') {
    console.error(`Not running${problem ? `: ${problem}` : ''}. In Docker a log is kept as long as its container.`);
    return 1;
  }
  const inDocker = !isNative && containers.length > 0;
  const names = inDocker ? [...new Set(containers.map(({ service }) => service))] : nativeLogNames();
  const name = pickLog(names, wanted);
  if (name === undefined) {
    console.error(wanted === undefined ? 'npm run logs -- <service> [-f]' : `There is no log of "${wanted}".`);
    console.error(names.length > 0 ? `Logs: ${names.join(', ')}` : 'There are no logs yet: npm start');
    return 1;
  }
  if (!inDocker) return await showNativeLog(name, options);
  const chosen = containers.filter(({ service }) => service === name);
  return await showDockerLogs(chosen, options);
}
