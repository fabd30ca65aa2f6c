import { randomBytes } from 'node:crypto';
import express, { type Router } from 'express';
import Joi from 'joi';
import type { Sandbox } from './sandbox.ts';
import { sendgridError, sendgridRefusal } from './sendgrid-errors.ts';
import { sendgridReceipt } from './sendgrid-receipt.ts';
import { playOut, sendVendorAnswer, type VendorAnswer, visibleHeaders } from './vendor-request.ts';

interface Person {
  email: string;
  name?: string;
}
interface Personalization {
  to: Person[];
  subject?: string;
  custom_args?: Record<string, string>;
  headers?: Record<string, string>;
}
interface SendgridMail {
  personalizations: Personalization[];
  from: Person;
  subject?: string;
  content: { type: string; value: string }[];
  custom_args?: Record<string, string>;
  headers?: Record<string, string>;
}

const PERSONALIZATIONS_LIMIT = 1_000;

const person = Joi.object({
  email: Joi.string().email({ tlds: false }).required(),
  name: Joi.string().allow(''),
}).unknown();
const stringMap = Joi.object().pattern(Joi.string(), Joi.string().allow(''));
const mailSchema = Joi.object<SendgridMail>({
  personalizations: Joi.array()
    .items(
      Joi.object({
        to: Joi.array().items(person).min(1).required(),
        subject: Joi.string(),
        custom_args: stringMap,
        headers: stringMap,
      }).unknown(),
    )
    .min(1)
    .max(PERSONALIZATIONS_LIMIT)
    .required(),
  from: person.required(),
  subject: Joi.string(),
  content: Joi.array()
    .items(Joi.object({ type: Joi.string().required(), value: Joi.string().required() }).unknown())
    .min(1)
    .required(),
  custom_args: stringMap,
  headers: stringMap,
})
  .unknown()
  .required();

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
export function sendgridRoute(sandbox: Sandbox): Router {
  const router = express.Router();
  router.post('/v3/mail/send', express.text({ type: () => true, limit: '30mb' }), async (request, response) => {
    if (!request.headers.authorization?.startsWith('Bearer ')) {
      return sendVendorAnswer(response, sendgridRefusal('auth'));
    }
    const parsed = parseMail(request.body);
    if ('problem' in parsed) return sendVendorAnswer(response, parsed.problem);
    const headers = visibleHeaders(request);
    await playOut({
      request,
      response,
      holds: sandbox.holds,
      behaviour: sandbox.behaviourForAny(
        'sendgrid',
        parsed.personalizations.flatMap(({ to }) => to.map(({ email }) => email)),
      ),
      accept: () => accept(sandbox, parsed, headers),
      refuse: sendgridRefusal,
    });
  });
  return router;
}

function parseMail(body: unknown): SendgridMail | { problem: VendorAnswer } {
  let json: unknown;
  try {
    json = JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    return { problem: sendgridError(400, 'Bad Request') };
  }
  const { value, error } = mailSchema.validate(json, { convert: false });
  const problem = error?.details[0];
  if (problem !== undefined) return { problem: sendgridError(400, problem.message, problem.path.join('.')) };
  const mail: SendgridMail = value;
  if (mail.personalizations.some(({ subject }) => (subject ?? mail.subject) === undefined))
    return { problem: sendgridError(400, 'The subject is required.', 'subject') };
  return mail;
}

function accept(sandbox: Sandbox, mail: SendgridMail, requestHeaders: Record<string, string>): VendorAnswer {
  const id = randomBytes(16).toString('base64url');
  const contentOf = (type: string) => mail.content.find((part) => part.type === type)?.value;
  for (const { to, subject, custom_args, headers } of mail.personalizations) {
    const mailHeaders = Object.entries({ ...mail.headers, ...headers }).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]);
    const customArgs = { ...mail.custom_args, ...custom_args };
    for (const { email } of to) {
      sandbox.receive('sendgrid', {
        id,
        to: email,
        from: mail.from.email,
        notificationId: customArgs['notification_id'] ?? null,
        content: {
          subject: subject ?? mail.subject,
          text: contentOf('text/plain'),
          html: contentOf('text/html'),
          headers: { ...requestHeaders, ...Object.fromEntries(mailHeaders) },
        },
        writeReceipt: (status) => sendgridReceipt({ messageId: id, to: email, customArgs }, status),
      });
    }
  }
  return { status: 202, headers: { 'X-Message-Id': id } };
}
