import { appendFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { clearFaults, clearMessages } from '../e2e/system.ts';
import type { FaultGroup, FaultRow } from './fault-row.ts';
import { type Load, type LoadPlan, sendLoad } from './load.ts';
import { type Copies, copiesAtVendors, type Verdict, verify } from './verify.ts';
import { systemIsWhole } from './whole-system.ts';

/** The flood takes minutes; whatever waits has a deadline of its own. */
const CASE_TIMEOUT_MS = 900_000;

export interface FaultCase {
  group: FaultGroup;
  fault: string;
  /** A function where something has to be made first. */
  load: LoadPlan | (() => Promise<LoadPlan>);
  /** Strikes; resolves when the fault is over. Begins when a third of the load is on its way. */
  strike(): Promise<unknown>;
  /** Which requests get no 202; default `none`. Those that are refused are told so by 503 with Retry-After, whatever is expected. */
  expects?: 'none' | 'refusals' | 'maybe refusals' | 'refusals and broken connections';
  countCopies?: () => Promise<Copies>;
  /** How many provider calls can be in flight at once; then no more of them may have been cut off. */
  slots?: number;
  /** Default: as many as provider calls were cut off, by the record; and none for a notification that had none cut off. */
  allowedDuplicates?: number;
  /** Looks further; a string that it returns is a note for the report. */
  alsoExpect?(outcome: { load: Load; verdict: Verdict }): Promise<string | undefined> | string | undefined;
  /** Why it cannot be tried on this machine. */
  skipped?: string;
}

/** One fault under load as a test, and as a line of the report. */
export function faultCase(options: FaultCase): void {
  const { group, fault, skipped } = options;
  const row: FaultRow = { group, fault, passed: false };
  if (skipped !== undefined) {
    // biome-ignore lint/suspicious/noSkippedTests: it says why, here and in the report
    test.skip(fault, () => {});
    record({ ...row, passed: true, skipped });
    return;
  }
  test(
    fault,
    async () => {
      try {
        await systemIsWhole();
        await clearMessages();
        await run(options, row);
        row.passed = true;
      } finally {
        await clearFaults();
        record(row);
      }
    },
    CASE_TIMEOUT_MS,
  );
}

/** Fills the row as it goes, so that a case that fails is in the report with what it came to. */
async function run(options: FaultCase, row: FaultRow): Promise<void> {
  const plan = typeof options.load === 'function' ? await options.load() : options.load;
  let struckAt = 0;
  let over: Promise<unknown> = Promise.resolve();
  const load = await sendLoad(plan, () => {
    struckAt = Date.now();
    over = options.strike().then(() => {
      row.faultSeconds = secondsSince(struckAt);
    });
    // It is awaited below; until then its failure belongs to nobody.
    over.catch(() => {});
  });
  Object.assign(row, {
    accepted: load.accepted.length,
    refused: load.refused.length,
    unanswered: load.unanswered,
  });
  await over;

  const verdict = await verify(load, options.countCopies ?? copiesAtVendors);
  const allowedDuplicates = options.allowedDuplicates ?? verdict.cutOffCalls;
  Object.assign(row, {
    lost: verdict.lost.length,
    duplicated: verdict.duplicated,
    allowedDuplicates,
    unknown: verdict.unknown,
    recoverySeconds: secondsSince(struckAt, verdict.settledAt.getTime()),
  });
  row.note = await options.alsoExpect?.({ load, verdict });

  expectAnswers(load, options.expects ?? 'none');
  expect(load.accepted.length).toBeGreaterThan(plan.total / 4);
  expect(verdict.lost).toEqual([]);
  expect(verdict.duplicated).toBeLessThanOrEqual(allowedDuplicates);
  if (options.allowedDuplicates === undefined) expect(verdict.unexplained).toEqual([]);
  if (options.slots !== undefined) expect(verdict.cutOffCalls).toBeLessThanOrEqual(options.slots);
}

function expectAnswers({ refused, unanswered }: Load, expected: NonNullable<FaultCase['expects']>): void {
  for (const { status, headers, body } of refused) {
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'dependency_unavailable' } });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  if (expected === 'none') expect(refused).toHaveLength(0);
  if (expected === 'refusals') expect(refused.length).toBeGreaterThan(0);
  if (expected !== 'refusals and broken connections') expect(unanswered).toBe(0);
}

const secondsSince = (sinceMs: number, untilMs = Date.now()) => (untilMs - sinceMs) / 1000;

/** On the screen at once, since Jest shows a file's tests when all of them are done; and into the file of the report, if one is made. */
export function record(row: FaultRow): void {
  process.stdout.write(`${rowText(row)}\n`);
  const file = process.env['FAULT_ROWS_FILE'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

function rowText({ fault, skipped, passed, accepted, lost, duplicated, allowedDuplicates, ...row }: FaultRow): string {
  if (skipped !== undefined) return `  skipped  ${fault}: ${skipped}`;
  const figures =
    lost === undefined
      ? `${accepted ?? 0} accepted, not settled`
      : `${accepted} accepted, ${row.refused} refused, ${lost} lost, ${duplicated} duplicated of ${allowedDuplicates} allowed, ${row.unknown} unknown, ${row.recoverySeconds?.toFixed(1)} s`;
  return `  ${passed ? 'passed ' : 'FAILED '}  ${fault}: ${figures}${row.note === undefined ? '' : `; ${row.note}`}`;
}
