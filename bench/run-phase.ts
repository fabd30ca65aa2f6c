import { type Account, accountOf } from './account.ts';
import type { Vendor } from './bare/bare-messages.ts';
import type { Driven } from './driver.ts';
import { messageTo } from './message.ts';
import type { Pipeline } from './pipeline.ts';
import type { Arrival, SandboxInbox } from './sandbox-inbox.ts';
import { waitUntilRecorded } from './waiting.ts';

export interface Phase {
  driven: Driven;
  account: Account;
  /** By recipient: when the vendor had it (Unix time in milliseconds). */
  receivedAtMs: ReadonlyMap<string, number>;
  /** From the first request to the last notification recorded as sent. */
  endToEndMs: number;
}

/** Sends requests, waits until everything that was accepted is recorded as sent, and then looks at what arrived. */
export async function runPhase(
  { pipeline, vendor, inbox }: { pipeline: Pipeline; vendor: Vendor; inbox: SandboxInbox },
  drive: () => Promise<Driven>,
  onRecorded: () => void = () => {},
): Promise<Phase> {
  await inbox.clear();
  const driven = await drive();
  const accepted = driven.acceptedAtMs.length - driven.refused;
  const { startedAtMs } = driven;
  const recorded = await waitUntilRecorded(() => pipeline.countRecorded(startedAtMs), accepted, startedAtMs);
  onRecorded();
  pipeline.assertAlive();
  const arrivals = await inbox.arrivals();
  return {
    driven,
    account: accountOf(driven, arrivals, recorded.count, (index) => messageTo(vendor, index).to),
    receivedAtMs: firstReceived(arrivals),
    endToEndMs: recorded.atMs - startedAtMs,
  };
}

function firstReceived(arrivals: readonly Arrival[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { to, receivedAtMs } of arrivals) {
    first.set(to, Math.min(receivedAtMs, first.get(to) ?? Number.POSITIVE_INFINITY));
  }
  return first;
}
