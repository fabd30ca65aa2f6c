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
