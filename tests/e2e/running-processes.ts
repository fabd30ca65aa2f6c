import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually } from '@notify/testing';

/** One process of the system under test, as whoever runs it sees it. */
interface RunningProcess {
  /** On this machine; 0 while it is down. */
  pid: number;
  isReady: boolean;
}

interface Processes {
  find(name: string): RunningProcess;
  /** @throws when the process of this id is not the one of that name. */
  refuseStranger?(name: string, pid: number): void;
  /** What all of them have logged so far. */
  everythingLogged(): string;
  rabbitmqctl(args: string[]): void;
}

/** Run natively: the supervisor's state file, and the logs beside it. */
function nativeProcesses(stateFile: string): Processes {
  return {
    find(name) {
      const state = JSON.parse(readFileSync(stateFile, 'utf8')) as {
        processes: Record<string, { pid: number | null; status: string }>;
      };
      const found = state.processes[name];
      if (found === undefined) throw new Error(`no process ${name} in ${Object.keys(state.processes).join(', ')}`);
      // Right after its end it is still called ready, without a process.
      return { pid: found.pid ?? 0, isReady: found.status === 'ready' && found.pid !== null };
    },
    everythingLogged() {
      const folder = join(dirname(stateFile), 'logs');
      return readdirSync(folder)
        .map((file) => readFileSync(join(folder, file), 'utf8'))
        .join('\n');
    },
    rabbitmqctl(args) {
      const folder = dirname(stateFile);
      const { ports } = JSON.parse(readFileSync(join(folder, 'instance.json'), 'utf8'));
      // The script itself: the one on the path changes to another user, who has not this broker's cookie.
      execFileSync('/usr/lib/rabbitmq/bin/rabbitmqctl', ['--node', 'notify@localhost', ...args], {
        env: { PATH: process.env['PATH'], HOME: join(folder, 'data', 'rabbitmq'), ERL_EPMD_PORT: ports.rabbitmq_epmd },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    },
  };
}

/** Run by compose: the containers of its project, one for each service. */
function composeProcesses(project: string): Processes {
  const docker = (...args: string[]) =>
    execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 });
  const containers = (...filters: string[]) =>
    docker('ps', '--all', '--quiet', ...[`project=${project}`, ...filters].flatMap(filterByLabel))
      .split('\n')
      .filter(Boolean);
  return {
    find(name) {
      const [id] = containers(`service=${name}`);
      if (id === undefined) throw new Error(`no container of ${name} in the compose project ${project}`);
      const [pid, health] = docker('inspect', '--format', '{{.State.Pid}} {{.State.Health.Status}}', id).split(' ');
      return { pid: Number(pid), isReady: pid !== '0' && health?.trim() === 'healthy' };
    },
    refuseStranger(name, pid) {
      const [id = ''] = containers(`service=${name}`);
      // An engine in a virtual machine or on another host has process ids of its own.
      if (readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id.slice(0, 12))) return;
      throw new Error(`process ${pid} of this machine is not that of ${name}: these tests need the engine's own host`);
    },
    everythingLogged: () => containers().map(logOf).join('\n'),
    rabbitmqctl(args) {
      const [id = ''] = containers('service=rabbitmq');
      docker('exec', id, 'rabbitmqctl', ...args);
    },
  };

  // A container's log has two streams, and the command keeps them apart.
  function logOf(id: string): string {
    return execFileSync('sh', ['-c', 'docker logs "$0" 2>&1', id], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  }
}

const filterByLabel = (label: string): string[] => ['--filter', `label=com.docker.compose.${label}`];

const { E2E_COMPOSE_PROJECT, E2E_STATE_FILE } = process.env;
const processes = E2E_COMPOSE_PROJECT
  ? composeProcesses(E2E_COMPOSE_PROJECT)
  : nativeProcesses(E2E_STATE_FILE as string);

export const { everythingLogged } = processes;

export const processId = (name: string): number => processes.find(name).pid;

/** Sends a signal from this machine. Whoever runs the process notices when that ends it, and starts it again. */
export function signalProcess(name: string, signal: NodeJS.Signals): void {
  const pid = processId(name);
  processes.refuseStranger?.(name, pid);
  try {
    process.kill(pid, signal);
  } catch (error) {
    // A container's process belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    execFileSync('sudo', ['--non-interactive', 'kill', '-s', signal.slice('SIG'.length), String(pid)]);
  }
}

/** kill -9 */
export const killProcess = (name: string): void => signalProcess(name, 'SIGKILL');

/** Why no process of the system can be sent a signal from here, if so. */
export function whyNoSignals(): string | undefined {
  try {
    processes.refuseStranger?.('api-gateway', processId('api-gateway'));
    return undefined;
  } catch {
    return 'the containers run on another host or in a virtual machine';
  }
}

/** The broker's own tool. Takes seconds: it starts an Erlang machine. @throws when the tool fails. */
export function rabbitmqctl(...args: string[]): void {
  processes.rabbitmqctl(args);
}

/** Waits until a process that was killed has been started again and is ready. */
export async function restarted(name: string, pidBefore: number, timeoutMs = 90_000): Promise<void> {
  await eventually(() => {
    const { pid, isReady } = processes.find(name);
    return isReady && pid !== pidBefore;
  }, timeoutMs);
}
