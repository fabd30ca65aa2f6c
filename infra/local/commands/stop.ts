import { localDir } from '../paths.ts';
import { seconds } from '../progress.ts';
import { stopInstance } from '../supervisor-control.ts';

/** `npm stop`: services first, then the servers. What is stored stays. Returns the exit code. */
export async function stop(): Promise<number> {
  const startedAt = Date.now();
  console.log(
    (await stopInstance(localDir)) ? `Stopped in ${seconds(Date.now() - startedAt)}` : 'Nothing was running.',
  );
  return 0;
}
