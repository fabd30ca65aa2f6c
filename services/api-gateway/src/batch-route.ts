import {
  AppError,
  type BatchAnswerJson,
  type BatchResultJson,
  batchItemSchema,
  batchRequestSchema,
  validate,
} from '@notify/contracts';
import { jsonBody, type Logger, problemDocument, toAppError } from '@notify/service-kit';
import { type RequestHandler, Router } from 'express';
import pLimit from 'p-limit';
import { parse as uuidBytes, stringify as uuidText } from 'uuid';
import { type Idempotent, isUncertain } from './idempotent.ts';
import { type SendDependencies, sendNotification } from './send-notification.ts';

/** Enough to keep the broker's confirms in a pipeline, few enough to leave room for everybody else. */
const CONCURRENCY = 100;
const BODY_LIMIT = '5mb';
/** As much as a notification may be that comes alone. */
const ITEM_LIMIT_BYTES = 256 * 1024;

/** The id of one item: derived from the batch's, so that a batch that is repeated under its key sends none twice. */
export function itemId(batchId: string, index: number): string {
  const bytes = Buffer.from(uuidBytes(batchId));
  bytes.writeUInt32BE((bytes.readUInt32BE(12) + index) % 2 ** 32, 12);
  return uuidText(bytes);
}

function refuseTooLarge(item: unknown): void {
  if (Buffer.byteLength(JSON.stringify(item)) <= ITEM_LIMIT_BYTES) return;
  throw new AppError('payload_too_large', 'One notification may have at most 256 KiB');
}

/**
 * `POST /api/v1/notifications/batch`, a router that reads its own body: each item for itself, told in its place; 503 only when the broker
 * took none. An item of which nobody knows whether it was taken shows its `notification_id` in the error.
 */
export function batchRoute(
  authenticate: RequestHandler,
  idempotent: Idempotent,
  dependencies: SendDependencies & { logger: Logger },
): Router {
  const router = Router();
  const sendAll = idempotent(async (request, batchId, response) => {
    const { notifications } = validate(batchRequestSchema, request.body ?? {});
    const limit = pLimit(CONCURRENCY);
    let unavailable: AppError | undefined;
    let isUnsettled = false;
    const results = await limit.map(notifications, async (item, index): Promise<BatchResultJson> => {
      const id = itemId(batchId, index);
      try {
        refuseTooLarge(item);
        validate(batchItemSchema, item, 'the notification');
        await sendNotification(item, id, response, dependencies);
        return { index, notification_id: id };
      } catch (error) {
        const refusal = toAppError(error, dependencies.logger);
        if (refusal.code === 'dependency_unavailable') unavailable = refusal;
        if (!isUncertain(refusal)) return { index, error: problemDocument(refusal) };
        isUnsettled = true;
        return { index, error: { ...problemDocument(refusal), notification_id: id } };
      }
    });
    const accepted = results.filter((result) => result.notification_id !== undefined).length;
    if (accepted === 0 && unavailable !== undefined) throw unavailable;
    const body: BatchAnswerJson = { accepted, rejected: results.length - accepted, results };
    return { status: 202, body, isUnsettled };
  });
  // Read after the key was seen: nobody else may send us that much.
  router.post('/api/v1/notifications/batch', authenticate, ...jsonBody(BODY_LIMIT), sendAll);
  return router;
}
