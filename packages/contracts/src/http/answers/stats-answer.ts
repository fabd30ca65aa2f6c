import Joi from 'joi';
import { CHANNELS } from '../../channels.ts';
import { STATUSES } from '../../statuses.ts';
import { type ProviderStatsJson, STATS_WINDOWS, type StatsJson } from '../stats.ts';
import * as field from './answer-fields.ts';

const providerStatsSchema = field.named<ProviderStatsJson>('ProviderStats', {
  channel: field.channel(),
  provider: field.text(),
  calls: field.count(),
  faults: field.count(),
  availability: field.share(),
});

const countsByStatus = () => field.bySome(STATUSES, field.count()).meta({ title: 'CountsByStatus' });
const milliseconds = () => Joi.number().min(0).required();

/** `GET /api/v1/stats` */
export const statsSchema = field.named<StatsJson>('Stats', {
  window: field.oneOf(Object.keys(STATS_WINDOWS)),
  since: field.time(),
  counted_at: field.time(),
  total: field.count(),
  by_status: countsByStatus(),
  by_channel: field.bySome(CHANNELS, countsByStatus()),
  success_rate: field.share().allow(null),
  latency_ms: Joi.object({ p50: milliseconds(), p95: milliseconds(), p99: milliseconds() }).allow(null).required(),
  providers: field.listOf(providerStatsSchema),
  sampled: field.count(),
  queue_depths: field.byKey(field.count()).allow(null),
});
