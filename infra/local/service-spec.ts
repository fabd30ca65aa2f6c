import { join } from 'node:path';
import { type Service, serviceEnvironment, serviceFolder } from '../services.ts';
import { answersOk } from './http-ok.ts';
import { compileCacheDir, type Instance } from './instance.ts';
import { projectDir } from './paths.ts';
import { baseEnvironment } from './process-environment.ts';
import type { ProcessSpec } from './process-spec.ts';

/** How one of our services is run: Node 24 on its main.ts, once `codeReady`; ready when its own health check says so. */
export function serviceSpec(instance: Instance, service: Service, codeReady: Promise<void>): ProcessSpec {
  const folder = serviceFolder(projectDir, service);
  const port = instance.ports[service.portKey];
  return {
    name: service.name,
    kind: 'service',
    port,
    wave: service.wave,
    // A young generation of 4 MB instead of 16 saves 5 to 20 MB a service; the accept rate does not show it.
    command: [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=4',
      join(folder, 'src', 'main.ts'),
    ],
    cwd: folder,
    env: {
      ...baseEnvironment(),
      // See warm-compile-cache.ts.
      NODE_COMPILE_CACHE: compileCacheDir(instance.dir),
      ...serviceEnvironment(service, instance),
    },
    prepare: () => codeReady,
    isReady: () => answersOk(`http://127.0.0.1:${port}/health/ready`),
    stopSignal: 'SIGTERM',
  };
}
