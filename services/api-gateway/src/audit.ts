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
 * Calls back when the handler answers, whether or not anybody is left to hear it: `finish` never comes for a connection that was cut,
 * and its `close` comes while the handler may still be at work.
 */
function onAnswer(response: Response, callback: () => void): void {
  const end = response.end;
  response.end = ((...parts: Parameters<typeof end>) => {
    response.end = end;
    callback();
    return response.end(...parts);
  }) as typeof end;
}

/**
 * Writes into the audit log who changed what, when, and what was answered: every call that changes something, refused ones included, but
 * not the sending of notifications, nor calls of nobody whom a key or a token names. Called before anything is done. What can't be
 * written is logged as ERROR; the call itself is done.
 */
export function createAudit(database: Database, logger: Logger): (request: Request, response: Response) => void {
  return (request, response) => {
    const pattern = String(request.route?.path ?? '');
    if (READING.has(request.method) || SENDING.has(pattern) || pattern === PREVIEW) return;
    const { correlationId = '' } = currentContext();
    const told = Object.entries(request.params).filter(([name]) => !UNTOLD.has(name));
    // A database can't hold NUL.
    const target = Object.fromEntries(
      told.map(([name, value]) => [name, String(value).replaceAll('\u0000', '\ufffd')]),
    );
    onAnswer(response, () => {
      const caller = callerOf(response);
      if (caller === undefined) return;
      const entry = {
        at: new Date().toISOString(),
        api_key_id: caller,
        operation: `${request.method} ${pattern.replaceAll(/:(\w+)/g, '{$1}')}`,
        target,
        status: response.statusCode,
        correlation_id: correlationId,
      };
      addAuditEntry(database, entry).catch((error: unknown) =>
        logger.error('not written into the audit log', { ...entry, ...errorFields(error) }),
      );
    });
  };
}
