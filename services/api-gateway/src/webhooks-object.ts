import {
  notificationWebhookSchema,
  TIMELINE_EVENTS,
  TIMELINE_MEANINGS,
  type WebhookPayloadJson,
  webhookWebhookSchema,
} from '@notify/contracts';
import { jsonSchemaOf } from './json-schema-of.ts';
import { notificationWebhookExample, webhookWebhookExample } from './webhook-examples.ts';

/** The bodies of webhooks, as components of the OpenAPI document. */
export const WEBHOOK_PAYLOADS = {
  NotificationWebhook: jsonSchemaOf(notificationWebhookSchema),
  WebhookWebhook: jsonSchemaOf(webhookWebhookSchema),
};

/** What webhooks are told of webhooks. */
const OF_WEBHOOKS: readonly { meaning: string; example: WebhookPayloadJson }[] = [
  {
    meaning: 'Another webhook gets nothing any more: it answered 410, it failed for days, or somebody said so',
    example: webhookWebhookExample('webhook.disabled', 'gone'),
  },
  { meaning: 'Another webhook is told again what happens', example: webhookWebhookExample('webhook.enabled') },
  { meaning: 'Somebody pressed the test button of this webhook', example: webhookWebhookExample('webhook.test') },
];

const HEADERS = {
  'webhook-id': 'The same in every try and in a resend: what came before under this id is a repeat',
  'webhook-timestamp': 'When this try was sent, in seconds since 1970; refuse what is older than a few minutes',
  'webhook-signature':
    '`v1,` and base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`; several, with spaces between, while a secret is rotated',
};

function webhookObject(
  summary: string,
  payload: keyof typeof WEBHOOK_PAYLOADS,
  example: WebhookPayloadJson,
): [WebhookPayloadJson['type'], { post: unknown }] {
  const { type } = example;
  const schema = { allOf: [{ $ref: `#/components/schemas/${payload}` }, { properties: { type: { const: type } } }] };
  const post = {
    operationId: `webhook_${type.replace('.', '_')}`,
    tags: ['Webhooks'],
    summary,
    security: [],
    parameters: Object.entries(HEADERS).map(([name, description]) => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    responses: {
      '2XX': { description: 'Taken, within 15 seconds' },
      410: { description: 'Never again: the webhook is disabled' },
      default: { description: 'Tried again, for three days' },
    },
  };
  return [type, { post }];
}

/** The `webhooks` of the OpenAPI document: one entry for each event, signed by the Standard Webhooks specification. */
export function webhooksObject(): Record<string, unknown> {
  const ofNotifications = TIMELINE_EVENTS.map((event) =>
    webhookObject(TIMELINE_MEANINGS[event], 'NotificationWebhook', notificationWebhookExample(event)),
  );
  const ofWebhooks = OF_WEBHOOKS.map(({ meaning, example }) => webhookObject(meaning, 'WebhookWebhook', example));
  return Object.fromEntries([...ofNotifications, ...ofWebhooks]);
}
