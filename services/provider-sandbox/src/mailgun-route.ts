import { randomBytes } from 'node:crypto';
import express, { type Request, type Router } from 'express';
import { mailgunError, mailgunRefusal } from './mailgun-errors.ts';
import { mailgunReceipt } from './mailgun-receipt.ts';
import { basicPassword } from './receipt.ts';
import type { Sandbox } from './sandbox.ts';
import { playOut, sendVendorAnswer, type VendorAnswer, visibleHeaders } from './vendor-request.ts';

const RECIPIENTS_LIMIT = 1_000;
/** `Name <address>`, or an address. */
const PERSON = /^(?:[^<>]*<([^\s<>@]+@[^\s<>@]+)>|([^\s<>@]+@[^\s<>@]+))$/;

/** https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages/post-v3--domain-name--messages */
export function mailgunRoute(sandbox: Sandbox): Router {
  const router = express.Router();
  router.post('/v3/:domain/messages', express.raw({ type: () => true, limit: '30mb' }), async (request, response) => {
    if (!request.headers.authorization?.startsWith('Basic ')) return sendVendorAnswer(response, mailgunRefusal('auth'));
    const form = await parseForm(request);
    const problem = problemOf(form);
    if (problem !== undefined) return sendVendorAnswer(response, problem);
    const headers = visibleHeaders(request);
    await playOut({
      request,
      response,
      holds: sandbox.holds,
      behaviour: sandbox.behaviourForAny(
        'mailgun',
        recipientsOf(form).filter((address) => address !== undefined),
      ),
      accept: () =>
        accept(sandbox, request.params['domain'] ?? '', form, headers, basicPassword(request.headers.authorization)),
      refuse: mailgunRefusal,
    });
  });
  return router;
}

/** Both kinds of form that Mailgun takes; an empty one for anything else. */
async function parseForm(request: Request): Promise<FormData> {
  const headers = { 'Content-Type': request.headers['content-type'] ?? '' };
  try {
    return await new Response(request.body as Buffer, { headers }).formData();
  } catch {
    return new FormData();
  }
}

function text(form: FormData, name: string): string | undefined {
  const value = form.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The bare address of `Name <address>`; undefined when there is none. */
function addressOf(person: string): string | undefined {
  const [, bracketed, bare] = PERSON.exec(person.trim()) ?? [];
  return bracketed ?? bare;
}

function recipientsOf(form: FormData): (string | undefined)[] {
  return form.getAll('to').flatMap((value) => String(value).split(',').map(addressOf));
}

function isJsonOrAbsent(value: string | undefined): boolean {
  try {
    return value === undefined || typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
}

/** Mailgun names one problem at a time. */
function problemOf(form: FormData): VendorAnswer | undefined {
  const refused = (message: string) => mailgunError(400, message);
  const [from, to] = [text(form, 'from'), recipientsOf(form)];
  if (from === undefined) return refused('from parameter is missing');
  if (addressOf(from) === undefined) {
    return refused('from parameter is not a valid address. please check documentation');
  }
  if (text(form, 'to') === undefined) return refused('to parameter is missing');
  if (to.includes(undefined)) return mailgunRefusal('reject_recipient');
  if (to.length > RECIPIENTS_LIMIT) return refused(`Too many recipients; max is ${RECIPIENTS_LIMIT}`);
  if (!isJsonOrAbsent(text(form, 'recipient-variables'))) {
    return refused('recipient-variables parameter is not a valid JSON');
  }
  if (text(form, 'text') === undefined && text(form, 'html') === undefined) return mailgunRefusal('reject_content');
  return undefined;
}

/** Puts a recipient's variables in. A message without them stays as it is. */
function fillerFor(form: FormData, to: string): (template: string) => string {
  const variables = text(form, 'recipient-variables');
  if (variables === undefined) return (template) => template;
  const own = (JSON.parse(variables) as Record<string, Record<string, unknown>>)[to] ?? {};
  return (template) =>
    template
      .replaceAll('%recipient%', to)
      .replaceAll(/%recipient\.([\w-]+)%/g, (_match, name: string) => String(own[name] ?? ''));
}

function accept(
  sandbox: Sandbox,
  domain: string,
  form: FormData,
  requestHeaders: Record<string, string>,
  signingKey: string,
): VendorAnswer {
  const id = `<${Date.now()}.${randomBytes(8).toString('hex')}@${domain}>`;
  for (const to of recipientsOf(form).filter((address) => address !== undefined)) {
    const fill = fillerFor(form, to);
    const filled = (name: string) => {
      const template = text(form, name);
      return template === undefined ? undefined : fill(template);
    };
    const fieldsOf = (prefix: 'h:' | 'v:') =>
      [...form]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), fill(String(value))] as const);
    const mailHeaders = fieldsOf('h:').map(([name, value]) => [name.toLowerCase(), value]);
    const variables = Object.fromEntries(fieldsOf('v:'));
    sandbox.receive('mailgun', {
      id,
      to,
      from: addressOf(text(form, 'from') ?? '') ?? '',
      notificationId: variables['notification_id'] ?? null,
      content: {
        subject: filled('subject'),
        text: filled('text'),
        html: filled('html'),
        headers: { ...requestHeaders, ...Object.fromEntries(mailHeaders) },
      },
      writeReceipt: (status) => mailgunReceipt({ messageId: id, to, variables, signingKey }, status),
    });
  }
  return { status: 200, body: { id, message: 'Queued. Thank you.' } };
}
