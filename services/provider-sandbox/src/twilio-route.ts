import { randomBytes } from 'node:crypto';
import { type ParsedUrlQuery, parse } from 'node:querystring';
import express, { type Router } from 'express';
import { basicPassword } from './receipt.ts';
import type { Sandbox } from './sandbox.ts';
import { type TwilioErrorCode, twilioError, twilioRefusal } from './twilio-errors.ts';
import { twilioReceipt } from './twilio-receipt.ts';
import { playOut, sendVendorAnswer, type VendorAnswer, visibleHeaders } from './vendor-request.ts';

/** Possible, not necessarily assigned to anybody. */
const E164 = /^\+[1-9]\d{6,14}$/;
const BODY_LIMIT_CHARACTERS = 1_600;
const GSM_7 = /^[\n\r !-_a-~¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ€]*$/;

/** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
export function twilioRoute(sandbox: Sandbox): Router {
  const router = express.Router();
  router.post(
    '/2010-04-01/Accounts/:accountSid/Messages.json',
    express.text({ type: () => true, limit: '256kb' }),
    async (request, response) => {
      const form = parse(typeof request.body === 'string' ? request.body : '');
      const problem = request.headers.authorization === undefined ? 20003 : problemOf(form);
      if (problem !== undefined) return sendVendorAnswer(response, twilioError(problem));
      const to = text(form['To']);
      const headers = visibleHeaders(request);
      await playOut({
        request,
        response,
        holds: sandbox.holds,
        behaviour: sandbox.behaviourFor('twilio', to),
        accept: () =>
          accept(
            sandbox,
            request.params['accountSid'] ?? '',
            form,
            headers,
            basicPassword(request.headers.authorization),
          ),
        refuse: twilioRefusal,
      });
    },
  );
  return router;
}

function text(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** Twilio names one problem at a time. */
function problemOf(form: ParsedUrlQuery): TwilioErrorCode | undefined {
  const to = text(form['To']);
  const body = text(form['Body']);
  if (to === '') return 21604;
  if (text(form['From']) === '' && text(form['MessagingServiceSid']) === '') return 21603;
  if (body === '' && text(form['MediaUrl']) === '' && text(form['ContentSid']) === '') return 21602;
  if (!E164.test(to)) return 21211;
  if (body.length > BODY_LIMIT_CHARACTERS) return 21617;
  return undefined;
}

function accept(
  sandbox: Sandbox,
  accountSid: string,
  form: ParsedUrlQuery,
  headers: Record<string, string>,
  authToken: string,
): VendorAnswer {
  const sid = `SM${randomBytes(16).toString('hex')}`;
  const service = text(form['MessagingServiceSid']);
  const from = text(form['From']);
  const to = text(form['To']);
  const body = text(form['Body']);
  const statusCallback = text(form['StatusCallback']);
  const subject = { sid, accountSid, authToken, to, from: from || service, statusCallback };
  sandbox.receive('twilio', {
    id: sid,
    to,
    from: from || service,
    notificationId: notificationIdOf(statusCallback),
    content: { body, headers },
    writeReceipt: (status) => twilioReceipt(subject, status),
  });
  const now = new Date().toUTCString().replace('GMT', '+0000');
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  return {
    status: 201,
    body: {
      account_sid: accountSid,
      api_version: '2010-04-01',
      body,
      date_created: now,
      date_sent: null,
      date_updated: now,
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
      from: from || null,
      messaging_service_sid: service || null,
      num_media: '0',
      num_segments: String(segmentsOf(body)),
      price: null,
      price_unit: 'USD',
      sid,
      status: service === '' ? 'queued' : 'accepted',
      subresource_uris: { media: `${uri}/Media.json` },
      to,
      uri: `${uri}.json`,
    },
  };
}

/** Our adapter puts it into the query of the status callback, which Twilio echoes with every receipt. */
function notificationIdOf(statusCallback: string): string | null {
  if (!URL.canParse(statusCallback)) return null;
  return new URL(statusCallback).searchParams.get('notification_id');
}

/** How many messages the phone network carries it in: 160 (then 153) characters of GSM-7, 70 (then 67) of UCS-2. */
function segmentsOf(body: string): number {
  const [single, part] = GSM_7.test(body) ? [160, 153] : [70, 67];
  return body.length <= single ? 1 : Math.ceil(body.length / part);
}
