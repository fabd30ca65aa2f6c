import type { Priority } from './channels.ts';

/** The delays for which a retry rung exists, shortest first. Adding one here declares its exchange and queue. */
export const RUNGS = [
  { name: '1s', delayMs: 1_000 },
  { name: '5s', delayMs: 5_000 },
  { name: '30s', delayMs: 30_000 },
  { name: '2m', delayMs: 120_000 },
  { name: '10m', delayMs: 600_000 },
  { name: '1h', delayMs: 3_600_000 },
] as const;
export type Rung = (typeof RUNGS)[number];
export type RungName = Rung['name'];

/** Rungs in the order of the tries, while another channel of the plan is left. */
const SHORT: readonly RungName[] = ['1s', '5s'];
const LONG: readonly RungName[] = ['30s', '2m', '10m', '1h'];
const LONG_CRITICAL: readonly RungName[] = ['1s', '5s', '30s', '2m', '10m'];

/** The retry schedule of a hop: short before a failover to another channel, long where no other channel is left. */
export function retryScheduleFor(priority: Priority, isLastChannel: boolean): readonly RungName[] {
  if (!isLastChannel) return SHORT;
  return priority === 'critical' ? LONG_CRITICAL : LONG;
}
