import { expect, test } from '@jest/globals';
import type { RunningSandbox } from './running-sandbox.ts';

/** How a vendor's own client sees what goes wrong. */
export interface FaultedVendor {
  sandbox(): RunningSandbox;
  provider: string;
  /** To a recipient that is accepted. */
  send(): Promise<unknown>;
  /** How that fails. @throws when it succeeds. */
  failure(timeoutMs?: number): Promise<unknown>;
  /** For a client that does not show how it fails without an answer. Default: `failure`. */
  failureWithoutClient?(timeoutMs?: number): Promise<unknown>;
  /** What the client tells of each fault that is answered. */
  refusals: Record<string, object>;
  /** And of those that are not. */
  timedOut: object;
  cutOff: object;
}

/** Long enough for the request to have come. */
const IMPATIENT_MS = 200;

/** Registers the tests of the faults that one may order of each vendor's HTTP API. */
export function faultCases(vendor: FaultedVendor): void {
  const { provider, send, failure, failureWithoutClient = failure } = vendor;
  const order = (fault: Record<string, unknown>) => vendor.sandbox().order({ times: 1, ...fault });
  const received = () => vendor.sandbox().received();

  test.each(Object.entries(vendor.refusals))('the fault %s answers %j, once', async (kind, told) => {
    await order({ provider, kind });
    expect(await failure()).toMatchObject(told);
    expect(await received()).toEqual([]);
    await send();
    expect(await received()).toHaveLength(1);
  });

  test('the fault slow answers late', async () => {
    await order({ kind: 'slow', latency_ms: 300 });
    const startedAt = performance.now();
    await send();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
    expect(await received()).toHaveLength(1);
  });

  test('the fault timeout never answers and keeps nothing', async () => {
    await order({ kind: 'timeout' });
    expect(await failureWithoutClient(IMPATIENT_MS)).toMatchObject(vendor.timedOut);
    expect(await received()).toEqual([]);
  });

  test.each([
    ['reset_before_accept', 0],
    ['accept_then_reset', 1],
  ])('the fault %s cuts the line and keeps %d messages', async (kind, kept) => {
    await order({ kind });
    expect(await failureWithoutClient()).toMatchObject(vendor.cutOff);
    expect(await received()).toHaveLength(kept);
  });
}
