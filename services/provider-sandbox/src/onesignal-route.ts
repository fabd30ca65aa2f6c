import { randomUUID } from 'node:crypto';
import express, { type Router } from 'express';
import Joi from 'joi';
import { onesignalError, onesignalRefusal } from './onesignal-errors.ts';
import { onesignalReceipt } from './onesignal-receipt.ts';
import type { Sandbox } from './sandbox.ts';
import { playOut, sendVendorAnswer, type VendorAnswer, visibleHeaders } from './vendor-request.ts';

interface OnesignalNotification {
  app_id: string;
  include_subscription_ids: string[];
  contents: Record<string, string>;
  headings?: Record<string, string>;
  data?: Record<string, string>;
  idempotency_key?: string;
  name?: string;
}

/** How many idempotency keys are remembered. */
const KEYS_LIMIT = 20_000;

const texts = Joi.object().pattern(Joi.string(), Joi.string().allow(''));
/** What OneSignal says about each field. */
const notificationSchema = Joi.object({
  app_id: Joi.string().required().messages({ '*': 'app_id not found' }),
  include_subscription_ids: Joi.array().items(Joi.string()).min(1).required().messages({
    '*': 'You must include which players, segments, or tags you wish to send this notification to.',
  }),
  contents: texts.keys({ en: Joi.string().required() }).required().messages({
    '*': 'Message Notifications must have English language content',
  }),
  headings: texts,
  data: texts,
  name: Joi.string().max(128),
  idempotency_key: Joi.string().guid().messages({ '*': 'idempotency_key must be a valid UUID' }),
})
  .unknown()
  .required();

/** https://documentation.onesignal.com/reference/create-message */
export function onesignalRoute(sandbox: Sandbox): Router {
  const router = express.Router();
  const idsByKey = new Map<string, string>();
  router.post('/notifications', express.text({ type: () => true, limit: '256kb' }), async (request, response) => {
    const [, apiKey] = /^(?:Key|Basic) (.+)/.exec(request.headers.authorization ?? '') ?? [];
    if (apiKey === undefined) {
      return sendVendorAnswer(response, onesignalRefusal('auth', ''));
    }
    const parsed = parseNotification(request.body);
    if ('problem' in parsed) return sendVendorAnswer(response, parsed.problem);
    const headers = visibleHeaders(request);
    const [to = ''] = parsed.include_subscription_ids;
    await playOut({
      request,
      response,
      holds: sandbox.holds,
      // One request is answered as one, whomever it is for.
      behaviour: sandbox.behaviourFor('onesignal', to),
      accept: () => acceptOnce(sandbox, idsByKey, parsed, headers, apiKey),
      refuse: (kind) => onesignalRefusal(kind, to),
    });
  });
  return router;
}

function parseNotification(body: unknown): OnesignalNotification | { problem: VendorAnswer } {
  let json: unknown;
  try {
    json = JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    return { problem: onesignalError(400, 'The request body is not valid JSON') };
  }
  const { value, error } = notificationSchema.validate(json, { convert: false });
  const problem = error?.details[0];
  return problem === undefined ? value : { problem: onesignalError(400, problem.message) };
}

/** A key that was seen before gets the first answer again, and nobody a second push. */
function acceptOnce(
  sandbox: Sandbox,
  idsByKey: Map<string, string>,
  notification: OnesignalNotification,
  headers: Record<string, string>,
  apiKey: string,
): VendorAnswer {
  const key = notification.idempotency_key;
  const known = key === undefined ? undefined : idsByKey.get(key);
  if (known !== undefined) {
    return { status: 200, headers: { 'Idempotent-Replayed': 'true' }, body: { id: known, external_id: key } };
  }
  const id = randomUUID();
  if (key !== undefined) {
    idsByKey.set(key, id);
    const [oldest] = idsByKey.keys();
    if (idsByKey.size > KEYS_LIMIT && oldest !== undefined) idsByKey.delete(oldest);
  }
  const { app_id, include_subscription_ids, contents, headings, data, name = '' } = notification;
  for (const to of include_subscription_ids) {
    sandbox.receive('onesignal', {
      id,
      to,
      from: app_id,
      notificationId: data?.['notification_id'] ?? null,
      content: { title: headings?.['en'], body: contents['en'], data, headers },
      writeReceipt: (status) => onesignalReceipt({ messageId: id, appId: app_id, to, name, apiKey }, status),
    });
  }
  return { status: 200, body: { id, external_id: key ?? null } };
}
