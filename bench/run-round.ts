import { type Account, sumOf } from './account.ts';
import type { Vendor } from './bare/bare-messages.ts';
import { type CpuUsage, cpuPerNotification, readCpuUsage } from './cpu-usage.ts';
import { createDriver } from './driver.ts';
import { messageTo } from './message.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';
import type { Pipeline, ProcessIds } from './pipeline.ts';
import { type Phase, runPhase } from './run-phase.ts';
import { INBOX_CAPACITY, type SandboxInbox } from './sandbox-inbox.ts';

/** Long enough for the compilers of just started processes. */
const WARM_UP_COUNT = 4_000;

/** One turn of one pipeline, as the JSON file holds it. */
export interface Round {
  pipeline: Pipeline['name'];
  vendor: Vendor;
  /** Notifications in a second, from the first request to the last one recorded as sent. */
  rate: number;
  /** By process, while `rate` was measured, in milliseconds. */
  cpu_ms_per_notification: CpuUsage;
  half_load: {
    rate: number;
    /** From when a request should have been sent until its 202. */
    accept_ms: Percentiles;
    /** From the same moment until the vendor had the message. */
    vendor_ms: Percentiles;
  };
  account: Account;
}

export interface RoundOptions {
  pipeline: Pipeline;
  vendor: Vendor;
  inbox: SandboxInbox;
  /** Notifications of the saturating phase. */
  count: number;
  halfLoadSeconds: number;
  /** What both pipelines use: servers, sandbox, this driver. */
  surroundings: ProcessIds;
}

/** Warms up, saturates, then keeps half of the rate that was reached. */
export async function runRound(options: RoundOptions): Promise<Round> {
  const { pipeline, vendor, count, halfLoadSeconds, surroundings } = options;
  const origin = await pipeline.start();
  const driver = createDriver(origin, (index) => pipeline.requestFor(vendor, messageTo(vendor, index)));
  try {
    const warmUp = await runPhase(options, () => driver.saturate(Math.min(WARM_UP_COUNT, count)));

    const processIds = { ...surroundings, ...pipeline.processIds() };
    const before = readCpuUsage(processIds);
    let after = before;
    const saturated = await runPhase(
      options,
      () => driver.saturate(count),
      () => {
        after = readCpuUsage(processIds);
      },
    );
    const rate = (count / saturated.endToEndMs) * 1000;

    const halfCount = Math.min(INBOX_CAPACITY, Math.round((rate / 2) * halfLoadSeconds));
    const half = await runPhase(options, () => driver.keepRate(rate / 2, halfCount));
    return {
      pipeline: pipeline.name,
      vendor,
      rate,
      cpu_ms_per_notification: cpuPerNotification(before, after, count),
      half_load: { rate: rate / 2, ...latenciesOf(half, vendor) },
      account: sumOf([warmUp, saturated, half].map(({ account }) => account)),
    };
  } finally {
    await driver.close();
    await pipeline.stop();
  }
}

function latenciesOf(
  { driven, receivedAtMs }: Phase,
  vendor: Vendor,
): Pick<Round['half_load'], 'accept_ms' | 'vendor_ms'> {
  const acceptMs: number[] = [];
  const vendorMs: number[] = [];
  driven.intendedAtMs.forEach((intendedMs, index) => {
    const accepted = driven.acceptedAtMs[index] ?? Number.NaN;
    const received = receivedAtMs.get(messageTo(vendor, index).to);
    if (!Number.isNaN(accepted)) acceptMs.push(accepted - intendedMs);
    if (received !== undefined) vendorMs.push(received - intendedMs);
  });
  return { accept_ms: percentilesOf(acceptMs), vendor_ms: percentilesOf(vendorMs) };
}
