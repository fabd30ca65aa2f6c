import { addressesText, curlText } from './addresses.ts';
import { runDemonstration } from './demonstration.ts';
import type { Settings } from './env-file.ts';
import type { Ports } from './ports.ts';
import { seconds } from './progress.ts';

/**
 * The end of a start: the demonstration, the pages, and what to do next.
 *
 * @returns the exit code: 0 when the demonstration went its way
 */
export async function showRunningSystem(ports: Ports, settings: Settings, startedAtMs: number): Promise<number> {
  const shown = await runDemonstration({ ports, settings });
  console.log(`\nPages\n${addressesText(ports, settings)}\n\nTry it\n${curlText(ports, settings)}\n`);
  console.log('npm run status, npm run logs -- <service>, npm stop, npm run reset');
  console.log(`Running; took ${seconds(Date.now() - startedAtMs)}`);
  return shown ? 0 : 1;
}
