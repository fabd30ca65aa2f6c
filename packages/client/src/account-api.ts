import type { AuditEntryJson, AuditQueryJson, NotificationTypeJson, StatsJson, StatsWindow } from '@notify/contracts';
import type { Asked } from './asked.ts';
import type { CallOptions, Transport } from './call.ts';
import { type List, list } from './list.ts';

/** What stands for itself. */
export interface AccountApi {
  /** Who changed what, newest first. */
  auditLog(query?: Asked<AuditQueryJson, 'limit'>, options?: CallOptions): List<AuditEntryJson>;
  /** The registered kinds of notification; `default` is what any other gets. */
  notificationTypes(options?: CallOptions): List<NotificationTypeJson>;
  /** Counts by status and channel, latency, queue depths and providers. @param query `window` is `1h`, `24h` or `7d`; default: `1h`. */
  stats(query?: { window?: StatsWindow }, options?: CallOptions): Promise<StatsJson>;
}

export function accountApi(transport: Transport): AccountApi {
  return {
    auditLog: (query, options) => list(transport, { path: '/api/v1/audit_log', query, ...options }),
    notificationTypes: (options) => list(transport, { path: '/api/v1/notification_types', ...options }),
    stats: (query, options) => transport({ method: 'GET', path: '/api/v1/stats', query, ...options }),
  };
}
