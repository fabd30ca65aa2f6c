import Joi from 'joi';
import * as field from './fields.ts';

/** What an API key may be allowed to do. */
export const SCOPES = [
  'notifications:write',
  'notifications:read',
  'users:write',
  'users:read',
  'templates:write',
  'templates:read',
  'webhooks:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** `POST /api/v1/api_keys` */
export interface ApiKeyRequestJson {
  name: string;
  scopes: Scope[];
  environment: 'live' | 'test';
  expires_at?: Date;
}
export const apiKeyRequestSchema = Joi.object<ApiKeyRequestJson>({
  // `bootstrap` is the key of the settings.
  name: field.headerText(100).min(1).invalid('bootstrap').required(),
  scopes: Joi.array()
    .items(
      Joi.string()
        .lowercase()
        .valid(...SCOPES),
    )
    .min(1)
    .unique()
    .required(),
  environment: Joi.string().lowercase().valid('live', 'test').default('live'),
  expires_at: field.time().greater('now'),
}).label('ApiKeyRequest');

/** A key as the API shows it: never its secret. */
export interface ApiKeyJson {
  id: string;
  name: string;
  scopes: Scope[];
  created_at: string;
  expires_at: string | null;
  /** To the minute. */
  last_used_at: string | null;
}
/** The answer that makes or rotates a key: the only one with the key itself. */
export interface NewApiKeyJson extends ApiKeyJson {
  key: string;
}

/** `GET /api/v1/audit_log` */
export interface AuditQueryJson {
  api_key_id?: string;
  limit: number;
  cursor?: string;
}
export const auditQuerySchema = Joi.object<AuditQueryJson>({
  api_key_id: field.callerId(),
  limit: field.listLimit(),
  cursor: field.listCursor(),
}).label('AuditQuery');

/** One call that changed something: who, what, when. */
export interface AuditEntryJson {
  at: string;
  api_key_id: string;
  /** `PUT /api/v1/users/{user_id}` */
  operation: string;
  /** What the path named. */
  target: Record<string, string>;
  status: number;
  correlation_id: string;
}
