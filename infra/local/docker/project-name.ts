import { basename } from 'node:path';
import type { Settings } from '../env-file.ts';

/**
 * The name that compose itself would give the project of this folder, so that `npm start` and a plain `docker compose up` mean the same
 * containers and volumes: COMPOSE_PROJECT_NAME of the environment, else of .env, else the folder's name. Characters that no project name may
 * have are left out, as compose does.
 */
export function composeProjectName(folder: string, environment: NodeJS.ProcessEnv, settings: Settings): string {
  const chosen = environment['COMPOSE_PROJECT_NAME'] || settings['COMPOSE_PROJECT_NAME'];
  return normalised(chosen || basename(folder)) || 'default';
}

const normalised = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '');
