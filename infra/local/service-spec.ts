import { join } from 'node:path';
import { type Service, serviceEnvironment, serviceFolder } from '../services.ts';
import { answersOk } from './http-ok.ts';
import { compileCacheDir, type Instance } from './instance.ts';
import { projectDir } from './paths.ts';
import { baseEnvironment } from './process-environment.ts';
import type { ProcessSpec } from './process-spec.ts';

/** How one of our services is run: Node 24 on its main.ts, ready when its own health check says so. */
export function serviceSpec(instance: Instance, service: Service): ProcessSpec {
  const folder = serviceFolder(projectDir, service);
  const port = instance.ports[service.portKey];
  return {
    name: service.name,
    kind: 'service',
    port,
    wave: service.wave,
    command: [process.execPath, '--disable-warning=ExperimentalWarning', join(folder, 'src', 'main.ts')],
    cwd: folder,
    env: {
      ...baseEnvironment(),
      // Keeps compiled code with its types already stripped: from the second start on, 17 MB less memory and less time.
      NODE_COMPILE_CACHE: compileCacheDir(instance.dir),
      ...serviceEnvironment(service, instance),
    },
    isReady: () => answersOk(`http://127.0.0.1:${port}/health/ready`),
    stopSignal: 'SIGTERM',
  };
}
