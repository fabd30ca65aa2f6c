import type Joi from 'joi';
import { type ApiKeyJson, type AuditEntryJson, type NewApiKeyJson, SCOPES } from '../api-keys.ts';
import type { ListJson } from '../list.ts';
import * as field from './answer-fields.ts';

const apiKey = {
  id: field.text(),
  name: field.text(),
  scopes: field.listOf(field.oneOf(SCOPES)),
  created_at: field.time(),
  expires_at: field.time().allow(null),
  last_used_at: field.time().allow(null),
};
export const apiKeyPageSchema: Joi.ObjectSchema<ListJson<ApiKeyJson>> = field.pageOf(
  'ApiKey',
  field.named<ApiKeyJson>('ApiKey', apiKey),
);
export const newApiKeySchema: Joi.ObjectSchema<NewApiKeyJson> = field.named<NewApiKeyJson>('NewApiKey', {
  ...apiKey,
  key: field.text(),
});

export const auditPageSchema: Joi.ObjectSchema<ListJson<AuditEntryJson>> = field.pageOf(
  'AuditEntry',
  field.named<AuditEntryJson>('AuditEntry', {
    at: field.time(),
    api_key_id: field.text(),
    operation: field.text(),
    target: field.byKey(field.text()),
    status: field.count(),
    correlation_id: field.text(),
  }),
);
