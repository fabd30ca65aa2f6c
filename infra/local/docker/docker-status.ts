import { textTable } from '../text-table.ts';
import { readComposeFile } from './compose-file.ts';
import { conditionOf, isGood } from './container-condition.ts';
import { containerMemory } from './container-memory.ts';
import type { Container } from './containers.ts';
import type { DockerSystem } from './docker-system.ts';

const headings = ['NAME', 'STATUS', 'CONTAINER', 'PORT', 'MEMORY', 'RESTARTS'];

/** Prints what runs in Docker, and how it is. Returns the exit code: 0 when every service of the compose file is ready, else 1. */
export async function showDockerStatus({ project, containers }: DockerSystem): Promise<number> {
  const running = containers.filter(({ state }) => state === 'running').map(({ id }) => id);
  const [memory, { services }] = await Promise.all([containerMemory(running), readComposeFile(project)]);
  const missing = services
    .filter(({ name, isOptional }) => !isOptional && !containers.some(({ service }) => service === name))
    .map(({ name }) => [name, 'missing', '-', '-', '-', '-']);
  const rows = containers.map((container) => row(container, displayName(container, containers), memory));
  console.log(textTable([headings, ...rows, ...missing], ''));
  return missing.length === 0 && containers.every(isGood) ? 0 : 1;
}

/** The service, and where it has several containers, the container. */
export function displayName({ service, name }: Container, containers: readonly Container[]): string {
  return containers.filter((other) => other.service === service).length > 1 ? name : service;
}

function row(container: Container, name: string, memory: ReadonlyMap<string, number>): string[] {
  const { id, ports, restarts } = container;
  const bytes = memory.get(id);
  return [
    name,
    conditionOf(container),
    id.slice(0, 12),
    ports.join(', ') || '-',
    bytes === undefined ? '-' : `${Math.round(bytes / 2 ** 20)} MB`,
    String(restarts),
  ];
}
