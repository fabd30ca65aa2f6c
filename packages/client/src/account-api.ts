import type { AuditEntryJson, AuditQueryJson, NotificationTypeJson } from '@notify/contracts';
import type { Asked } from './asked.ts';
import type { CallOptions, Transport } from './call.ts';
import { type List, list } from './list.ts';

/** What stands for itself. */
export interface AccountApi {
  /** Who changed what, newest first. */
  auditLog(query?: Asked<AuditQueryJson, 'limit'>, options?: CallOptions): List<AuditEntryJson>;
  /** The registered kinds of notification; `default` is what any other gets. */
  notificationTypes(options?: CallOptions): List<NotificationTypeJson>;
}

export function accountApi(transport: Transport): AccountApi {
  return {
    auditLog: (query, options) => list(transport, { path: '/api/v1/audit_log', query, ...options }),
    notificationTypes: (options) => list(transport, { path: '/api/v1/notification_types', ...options }),
  };
}
