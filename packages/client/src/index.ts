export type {
  ApiKeyJson,
  AttemptJson,
  AuditEntryJson,
  BatchAnswerJson,
  BatchResultJson,
  Channel,
  Content,
  Device,
  ErrorCode,
  FieldError,
  InboxFrame,
  InboxItemJson,
  ListJson,
  LiveFrame,
  Mode,
  NewApiKeyJson,
  NewWebhookJson,
  NotificationFrame,
  NotificationJson,
  NotificationTypeJson,
  NotifyAcceptedJson,
  NotifyOutcomeJson,
  PreferencesJson,
  PreviewRequestJson,
  Priority,
  PublishedTemplateJson,
  ReplayAnswerJson,
  ResyncReason,
  Scope,
  SendAnswerJson,
  Skip,
  StatsJson,
  StatsWindow,
  Status,
  SuppressionJson,
  TemplateJson,
  TemplatePreviewJson,
  TemplateSources,
  TemplateVersionDetailJson,
  TemplateVersionSummaryJson,
  UserJson,
  UserRequestJson,
  UserTokenJson,
  VariableDeclaration,
  WebhookAttemptJson,
  WebhookDeliveryJson,
  WebhookEvent,
  WebhookJson,
  WebhookPatchJson,
  WebhookPayloadJson,
} from '@notify/contracts';
export type { AccountApi } from './account-api.ts';
export type { ApiKeyRequest, ApiKeysApi } from './api-keys-api.ts';
export type { CallOptions, IdempotentCallOptions } from './call.ts';
export { type Client, type ClientOptions, createClient } from './create-client.ts';
export type { InboxApi } from './inbox-api.ts';
export type { List, PageQuery } from './list.ts';
export type {
  NotificationFilter,
  NotificationQuery,
  NotificationsApi,
  NotifyRequest,
  ReplayRequest,
  SendRequest,
} from './notifications-api.ts';
export { NotifyError, type NotifyErrorCode } from './notify-error.ts';
export type { SubscribeOptions, Subscription, Topic } from './subscribe.ts';
export type { SuppressionsApi } from './suppressions-api.ts';
export type { TemplatePatch, TemplateRequest, TemplatesApi, VariableRequest } from './templates-api.ts';
export type { DeviceRequest, PreferencesRequest, UsersApi } from './users-api.ts';
export { verifyWebhook, type WebhookHeaders, WebhookVerificationError } from './verify-webhook.ts';
export type { WaitOptions } from './wait-until-settled.ts';
export type { WebhookRequest, WebhooksApi } from './webhooks-api.ts';
