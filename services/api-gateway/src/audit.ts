import { currentContext, type Database, errorFields, type Logger } from '@notify/service-kit';
import type { Request, Response } from 'express';
import { addAuditEntry } from './audit-log-store.ts';
import { callerOf } from './authenticate.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Sending is on the record of each notification. */
const SENDING = new Set(['/api/v1/notifications', '/api/v1/notifications/batch', '/api/notify']);
/** A POST that changes nothing. */
const PREVIEW = '/api/v1/templates/:code/preview';
/** Names a device, and lets who has it push to it. */
const UNTOLD = new Set(['token']);

/**
 * Writes into the audit log who changed what, when, and what was answered: every call that changes something, refused ones included, but
 * not the sending of notifications. Called once the caller is known. What can't be written is logged as ERROR; the call itself is done.
 */
export function createAudit(database: Database, logger: Logger): (request: Request, response: Response) => void {
  return (request, response) => {
    const pattern = String(request.route?.path ?? '');
    if (READING.has(request.method) || SENDING.has(pattern) || pattern === PREVIEW) return;
    const { correlationId = '' } = currentContext();
    const target = Object.fromEntries(Object.entries(request.params).filter(([name]) => !UNTOLD.has(name)));
    response.once('finish', () => {
      const entry = {
        at: new Date().toISOString(),
        api_key_id: callerOf(response),
        operation: `${request.method} ${pattern.replaceAll(/:(\w+)/g, '{$1}')}`,
        target: target as Record<string, string>,
        status: response.statusCode,
        correlation_id: correlationId,
      };
      addAuditEntry(database, entry).catch((error: unknown) =>
        logger.error('not written into the audit log', { ...entry, ...errorFields(error) }),
      );
    });
  };
}
