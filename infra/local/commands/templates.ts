import { localClient } from '../local-client.ts';
import { runTemplatesCommand } from '../template-commands.ts';

/** `npm run templates`: the templates of the system that runs here, from and to files. Returns the exit code. */
export async function templates(args: readonly string[]): Promise<number> {
  console.log(await runTemplatesCommand(args, localClient()));
  return 0;
}
