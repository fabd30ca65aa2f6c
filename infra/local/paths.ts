import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const projectDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything that a native run writes is in here, except .env. */
export const localDir = join(projectDir, '.local');

export const envFile = join(projectDir, '.env');
export const envExampleFile = join(projectDir, '.env.example');
