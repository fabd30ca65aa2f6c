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
      // One request is answered as one, whomever it is for.
      behaviour: sandbox.behaviourFor('mailgun', recipientsOf(form)[0] ?? ''),
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
  if (text(form, 'text') === undefined && text(form, 'html') === undefined) return mailgunRefusal('reject_content');
  return undefined;
}

function accept(
  sandbox: Sandbox,
  domain: string,
  form: FormData,
  requestHeaders: Record<string, string>,
  signingKey: string,
): VendorAnswer {
  const id = `<${Date.now()}.${randomBytes(8).toString('hex')}@${domain}>`;
  const mailHeaders = [...form]
    .filter(([name]) => name.startsWith('h:'))
    .map(([name, value]) => [name.slice(2).toLowerCase(), String(value)]);
  const variables = Object.fromEntries(
    [...form].filter(([name]) => name.startsWith('v:')).map(([name, value]) => [name.slice(2), String(value)]),
  );
  for (const to of recipientsOf(form).filter((address) => address !== undefined)) {
    sandbox.receive('mailgun', {
      id,
      to,
      from: addressOf(text(form, 'from') ?? '') ?? '',
      notificationId: text(form, 'v:notification_id') ?? null,
      content: {
        subject: text(form, 'subject'),
        text: text(form, 'text'),
        html: text(form, 'html'),
        headers: { ...requestHeaders, ...Object.fromEntries(mailHeaders) },
      },
      writeReceipt: (status) => mailgunReceipt({ messageId: id, to, variables, signingKey }, status),
    });
  }
  return { status: 200, body: { id, message: 'Queued. Thank you.' } };
}
