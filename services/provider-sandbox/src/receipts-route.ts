import { AppError, validate } from '@notify/contracts';
import express, { type Router } from 'express';
import Joi from 'joi';
import type { MessageStore } from './message-store.ts';
import { RECEIPT_STATUSES, type ReceiptStatus } from './receipt.ts';
import { AUTO_RECEIPTS, type AutoReceipts, type ReceiptSender } from './receipt-sender.ts';
import { sendgridPublicKey } from './sendgrid-receipt.ts';

interface ReceiptBody {
  notification_id?: string;
  message_id?: string;
  status: ReceiptStatus;
}

const receiptSchema = Joi.object<ReceiptBody>({
  notification_id: Joi.string(),
  message_id: Joi.string(),
  status: Joi.string()
    .lowercase()
    .valid(...RECEIPT_STATUSES)
    .required(),
})
  .xor('notification_id', 'message_id')
  .required();
const settingsSchema = Joi.object<{ auto_receipts: AutoReceipts }>({
  auto_receipts: Joi.string()
    .lowercase()
    .valid(...AUTO_RECEIPTS)
    .required(),
}).required();

/** Receipts on demand, and whether they come by themselves. */
export function receiptsRoute(store: MessageStore, sender: ReceiptSender): Router {
  const router = express.Router();
  router.post('/api/receipts', async (request, response) => {
    const { notification_id, message_id, status } = validate(receiptSchema, request.body);
    const [message] = store.list({ notificationId: notification_id, id: message_id, limit: 1 });
    if (message === undefined) throw new AppError('not_found', 'there is no such message');
    const receipt = message.writeReceipt?.(status);
    if (receipt === undefined) {
      const problem = { field: 'status', code: 'not_told', message: `${message.provider} does not tell this` };
      throw new AppError('validation_failed', problem.message, { errors: [problem] });
    }
    const answered = await sender.send(receipt).catch((cause: unknown) => {
      throw new AppError('dependency_unavailable', 'the receipt could not be brought', { cause });
    });
    response.json({ provider: message.provider, message_id: message.id, status, answered });
  });

  const presentSettings = () => ({ auto_receipts: sender.autoReceipts, sendgrid_public_key: sendgridPublicKey });
  router.get('/api/settings', (_request, response) => {
    response.json(presentSettings());
  });
  router.post('/api/settings', (request, response) => {
    sender.autoReceipts = validate(settingsSchema, request.body).auto_receipts;
    response.json(presentSettings());
  });
  return router;
}
