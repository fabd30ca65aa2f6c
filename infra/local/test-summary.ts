import { seconds } from './progress.ts';
import type { StageResult } from './test-stage.ts';
import { textTable } from './text-table.ts';

/** The exit code of a command that Ctrl-C ended. */
export const interruptedCode = 130;

/** Prints a run's table, and `N passed, N failed` as the last line. Returns the exit code: nothing that ran is a failure too. */
export function summarise(results: readonly StageResult[], durationMs: number, interrupted: boolean): number {
  const rows = results.map(({ name, passed, failed, durationMs: took }) => [
    name,
    String(passed),
    String(failed),
    seconds(took),
  ]);
  console.log(
    `\n${textTable([['STAGE', 'PASSED', 'FAILED', 'TOOK'], ...rows, ['all', '', '', seconds(durationMs)]])}\n`,
  );
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  if (interrupted) return interruptedCode;
  return failed > 0 || passed === 0 ? 1 : 0;
}
