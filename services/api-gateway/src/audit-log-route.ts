import { type AuditEntryJson, type AuditQueryJson, auditQuerySchema, validate } from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { type RequestHandler, Router } from 'express';
import { type ListedAuditEntry, listAuditEntries } from './audit-log-store.ts';

const PLACE_PATTERN = /^\d{1,18}$/;

/** `GET /api/v1/audit_log`: who changed what, newest first. */
export function auditLogRoute(authenticate: RequestHandler, database: Database): Router {
  const router = Router();
  router.get('/api/v1/audit_log', authenticate, async (request, response) => {
    const query = validate<AuditQueryJson>(auditQuerySchema, request.query, 'the query');
    const [before] = query.cursor === undefined ? [] : decodeCursor(query.cursor, (part) => PLACE_PATTERN.test(part));
    const found = await listAuditEntries(database, { ...query, limit: query.limit + 1 }, before);
    response.json(
      listAnswer(
        found,
        query.limit,
        ({ id }) => [id],
        ({ id: _place, ...entry }: ListedAuditEntry): AuditEntryJson => entry,
      ),
    );
  });
  return router;
}
