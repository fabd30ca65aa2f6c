import { docker } from './docker-command.ts';

export type Container = {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** Undefined for an image without a health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | undefined;
  /** In the host's numbering; undefined when nothing runs. */
  readonly pid: number | undefined;
  /** How often the engine started it again by itself. */
  readonly restarts: number;
  readonly exitCode: number;
  readonly startedAt: string;
  /** True when the engine starts it again after it ended by itself; a one-shot (a migration) has no such policy. */
  readonly staysUp: boolean;
  /** The published ports of the host, lowest first. */
  readonly ports: readonly number[];
  /** The folder of the compose file that made it. */
  readonly workingDir: string;
};

/** What `docker inspect` says of a container, as far as it is used here. */
type Inspected = {
  Id: string;
  Name: string;
  RestartCount: number;
  State: {
    Status: Container['state'];
    Pid: number;
    ExitCode: number;
    StartedAt: string;
    Health?: { Status: 'none' | 'starting' | 'healthy' | 'unhealthy' };
  };
  HostConfig: { RestartPolicy?: { Name: string } };
  Config: { Labels: Record<string, string> };
  NetworkSettings: { Ports?: Record<string, { HostPort: string }[] | null> };
};

/**
 * The containers of a compose project, running or not, without those of `compose run`. Found by label, since v1 and v2 name them differently.
 *
 * @throws Error when the engine does not answer
 */
export async function listContainers(projectName: string): Promise<Container[]> {
  const list = ['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project=${projectName}`];
  const { code, stdout, output } = await docker(list);
  if (code !== 0) throw new Error(`The containers could not be listed: ${output.trim()}`);
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length === 0) return [];
  // Fails for a container that was removed in between, and prints the others.
  return parseInspected((await docker(['inspect', '--type', 'container', ...ids])).stdout);
}

/** The containers that `docker inspect` printed, by service and name. */
export function parseInspected(json: string): Container[] {
  return (JSON.parse(json) as Inspected[])
    .filter(({ Config }) => Config.Labels['com.docker.compose.oneoff'] !== 'True')
    .map(container)
    .sort((a, b) => a.service.localeCompare(b.service) || a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function container({ Id, Name, RestartCount, State, HostConfig, Config, NetworkSettings }: Inspected): Container {
  const health = State.Health?.Status ?? 'none';
  const published = Object.values(NetworkSettings.Ports ?? {}).flatMap((bindings) => bindings ?? []);
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    service: Config.Labels['com.docker.compose.service'] ?? '',
    state: State.Status,
    health: health === 'none' ? undefined : health,
    pid: State.Pid > 0 ? State.Pid : undefined,
    restarts: RestartCount,
    exitCode: State.ExitCode,
    startedAt: State.StartedAt,
    staysUp: ['always', 'unless-stopped'].includes(HostConfig.RestartPolicy?.Name ?? ''),
    ports: [...new Set(published.map(({ HostPort }) => Number(HostPort)))].sort((a, b) => a - b),
    workingDir: Config.Labels['com.docker.compose.project.working_dir'] ?? '',
  };
}
