import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const projectDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything that npm start writes is in here, except .env and what Docker keeps. */
export const localDir = join(projectDir, '.local');

export const envFile = join(projectDir, '.env');
export const envExampleFile = join(projectDir, '.env.example');
export const composeFilePath = join(projectDir, 'docker-compose.yml');
