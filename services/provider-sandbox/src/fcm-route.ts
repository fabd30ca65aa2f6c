import { randomBytes } from 'node:crypto';
import express, { type Router } from 'express';
import Joi from 'joi';
import { fcmError } from './fcm-errors.ts';
import type { Sandbox } from './sandbox.ts';
import { playOut, sendVendorAnswer, type VendorAnswer, visibleHeaders } from './vendor-request.ts';

interface FcmMessage {
  token: string;
  notification?: { title?: string; body?: string };
  data?: Record<string, string>;
}
interface FcmRequest {
  message: FcmMessage;
  validate_only?: boolean;
}

/** Google's limit on what reaches the device. */
const PAYLOAD_LIMIT_BYTES = 4_096;
const ACCESS_TOKEN_LIFETIME_SECONDS = 3_599;

const requestSchema = Joi.object<FcmRequest>({
  message: Joi.object({
    token: Joi.string().required(),
    notification: Joi.object({ title: Joi.string().allow(''), body: Joi.string().allow('') }).unknown(),
    data: Joi.object().pattern(Joi.string(), Joi.string().allow('')),
  })
    .unknown()
    .required(),
  validate_only: Joi.boolean(),
}).required();

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send, and Google's token endpoint. */
export function fcmRoute(sandbox: Sandbox): Router {
  const router = express.Router();
  router.post(
    '/v1/projects/:project/messages\\:send',
    express.text({ type: () => true, limit: '256kb' }),
    async (request, response) => {
      if (request.headers.authorization === undefined) return sendVendorAnswer(response, fcmError('auth'));
      const parsed = parseRequest(request.body);
      if ('problem' in parsed) return sendVendorAnswer(response, parsed.problem);
      const { message, validate_only: isDryRun } = parsed;
      const headers = visibleHeaders(request);
      await playOut({
        request,
        response,
        holds: sandbox.holds,
        behaviour: sandbox.behaviourFor('fcm', message.token),
        accept: () => accept(isDryRun ? undefined : sandbox, request.params['project'] ?? '', message, headers),
        refuse: (kind) => fcmError(kind),
      });
    },
  );
  // Any credentials do: service accounts are not checked here.
  router.post('/token', (_request, response) => {
    sendVendorAnswer(response, {
      status: 200,
      body: {
        access_token: `sandbox.${randomBytes(24).toString('base64url')}`,
        expires_in: ACCESS_TOKEN_LIFETIME_SECONDS,
        token_type: 'Bearer',
      },
    });
  });
  return router;
}

function parseRequest(body: unknown): FcmRequest | { problem: VendorAnswer } {
  const invalid = (field: string, description: string) => ({
    problem: fcmError('reject_content', { field, description }),
  });
  let json: unknown;
  try {
    json = JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    return invalid('', 'Invalid JSON payload received.');
  }
  const { value, error } = requestSchema.validate(json, { convert: false });
  const problem = error?.details[0];
  if (problem !== undefined) return invalid(problem.path.join('.'), `Invalid value: ${problem.message}`);
  const { notification = {}, data = {} } = value.message;
  if (Buffer.byteLength(JSON.stringify({ notification, data })) > PAYLOAD_LIMIT_BYTES) {
    return invalid('message', `Android message is too big: the limit is ${PAYLOAD_LIMIT_BYTES} bytes`);
  }
  return value;
}

/** @param sandbox undefined only checks. */
function accept(
  sandbox: Sandbox | undefined,
  project: string,
  { token, notification, data }: FcmMessage,
  headers: Record<string, string>,
): VendorAnswer {
  const name = `projects/${project}/messages/0:${Date.now()}000%${randomBytes(8).toString('hex')}`;
  sandbox?.receive('fcm', {
    id: name,
    to: token,
    from: project,
    notificationId: data?.['notification_id'] ?? null,
    content: { title: notification?.title, body: notification?.body, data, headers },
  });
  return { status: 200, body: { name } };
}
