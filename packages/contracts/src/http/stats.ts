import Joi from 'joi';
import type { Channel } from '../channels.ts';
import type { Status } from '../statuses.ts';

/** The windows of the statistics, in seconds, each back from now. */
export const STATS_WINDOWS = { '1h': 3_600, '24h': 86_400, '7d': 604_800 } as const;
export type StatsWindow = keyof typeof STATS_WINDOWS;

/** `GET /api/v1/stats` */
export const statsQuerySchema = Joi.object<{ window: StatsWindow }>({
  window: Joi.string()
    .lowercase()
    .valid(...Object.keys(STATS_WINDOWS))
    .default('1h'),
}).label('StatsQuery');

/** How a provider has done. */
export interface ProviderStatsJson {
  channel: Channel;
  provider: string;
  calls: number;
  /** Calls that ended transient, unknown or by our configuration; what was wrong with a recipient or a content is no fault of a provider. */
  faults: number;
  /** 0 to 1. */
  availability: number;
}

/** The answer of `GET /api/v1/stats`. */
export interface StatsJson {
  window: StatsWindow;
  /** The start of the minute in which the window begins, or of the hour where it is a day or a week. */
  since: string;
  /** When it was counted: at most some seconds ago. */
  counted_at: string;
  /** Notifications that were accepted in the window, by where they stand now. */
  total: number;
  by_status: Partial<Record<Status, number>>;
  by_channel: Partial<Record<Channel, Partial<Record<Status, number>>>>;
  /** Of those that were sent, delivered, read, failed or unknown: how many were sent, delivered or read. 0 to 1, null where there are none. */
  success_rate: number | null;
  /** From `created_at`, or a later `send_at` or end of a wait, until a provider took it, to 3.2 %; null where none was taken. */
  latency_ms: { p50: number; p95: number; p99: number } | null;
  providers: ProviderStatsJson[];
  /** Of how many notifications, the newest of the window, `providers` tell. */
  sampled: number;
  /** Messages that wait, by queue; null while RabbitMQ is away. */
  queue_depths: Record<string, number> | null;
}
