import { type AccountApi, accountApi } from './account-api.ts';
import { type ApiKeysApi, apiKeysApi } from './api-keys-api.ts';
import { type InboxApi, inboxApi } from './inbox-api.ts';
import { type NotificationsApi, notificationsApi } from './notifications-api.ts';
import { type SubscribeOptions, type Subscription, subscribe, type Topic } from './subscribe.ts';
import { type SuppressionsApi, suppressionsApi } from './suppressions-api.ts';
import { type TemplatesApi, templatesApi } from './templates-api.ts';
import { createTransport } from './transport.ts';
import { type UsersApi, usersApi } from './users-api.ts';
import { type WebhooksApi, webhooksApi } from './webhooks-api.ts';

export interface ClientOptions {
  /** Where the gateway is: `https://notify.example.com`. A path before `/api` is kept. */
  baseUrl: string;
  /** Or, in a browser, a token of the user whose inbox is shown (`users.createToken`). */
  apiKey: string;
  /** Default: the platform's own. */
  fetch?: typeof fetch;
  /** How long one try may take, in milliseconds. Default: 30,000. To limit a whole call, pass a `signal` with it. */
  timeoutMs?: number;
  /** How often a call is tried again where that is safe. Default: 4. */
  maxRetries?: number;
}

export interface Client extends AccountApi {
  /**
   * Tells what happens to a topic, as it happens, until it is closed. A lost connection is opened again, and what was missed told then, once.
   * With a user's token as `apiKey` only that user's topic, and in browsers only with a token.
   * @throws Error where there is no WebSocket: Node before 22.
   */
  subscribe(topic: Topic, options: SubscribeOptions): Subscription;
  notifications: NotificationsApi;
  users: UsersApi;
  templates: TemplatesApi;
  suppressions: SuppressionsApi;
  inbox: InboxApi;
  apiKeys: ApiKeysApi;
  webhooks: WebhooksApi;
}

/**
 * The API, typed. Nothing is sent before a call is made, and nothing has to be closed.
 *
 * A call that fails throws a `NotifyError`. Before that it is tried again, as often as `maxRetries` says, if no answer came or the
 * system is busy, and only if a repeat can do no harm: sends carry an idempotency key for that.
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options);
  return {
    notifications: notificationsApi(transport),
    users: usersApi(transport),
    templates: templatesApi(transport),
    suppressions: suppressionsApi(transport),
    inbox: inboxApi(transport),
    apiKeys: apiKeysApi(transport),
    webhooks: webhooksApi(transport),
    subscribe: (topic, subscribeOptions) => subscribe(options, topic, subscribeOptions),
    ...accountApi(transport),
  };
}
