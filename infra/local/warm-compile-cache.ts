import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serviceFolder, services } from '../services.ts';
import { compileCacheDir } from './instance.ts';
import { projectDir } from './paths.ts';
import { baseEnvironment } from './process-environment.ts';
import { runCommand } from './run-command.ts';

/**
 * Fills the compile cache with every service's code, its types stripped, in half a second while the servers start. A service that
 * finds all of its files there never loads the stripper: 25 MB less memory, and an earlier start. Never rejects: without the cache
 * everything works as well.
 */
export async function warmCompileCache(instanceDir: string): Promise<void> {
  // All imports are loaded before the first one runs, and the first one ends the process: nothing of a service is run.
  const imports = services
    .map((service) => pathToFileURL(join(serviceFolder(projectDir, service), 'src', 'main.ts')).href)
    .map((url) => `import ${JSON.stringify(url)};`);
  const code = ["import 'data:text/javascript,process.exit(0)';", ...imports].join('\n');
  await runCommand([process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code], {
    cwd: projectDir,
    env: { ...baseEnvironment(), NODE_COMPILE_CACHE: compileCacheDir(instanceDir) },
  });
}
