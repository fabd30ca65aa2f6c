import type { TemplateCatalogue, UserDirectory } from '@notify/enrichment';
import type { ServiceClient } from '@notify/service-kit';
import type { Forwarded } from './forward-route.ts';

export interface ManagementDependencies {
  userService: ServiceClient;
  templateService: ServiceClient;
  /** The same, with the patience that compiling needs: seconds, on a busy machine. */
  patientTemplateService: ServiceClient;
  inAppService: ServiceClient;
  webhookService: ServiceClient;
  /** With the time that a test of a webhook takes at most. */
  webhookTests: ServiceClient;
  /** The same, with the patience that marking a whole inbox as read needs. */
  patientInAppService: ServiceClient;
  users: UserDirectory;
  templates: TemplateCatalogue;
}

/** The operations on users, suppressions, templates, inboxes and webhooks, which other services do. */
export function managementOperations(dependencies: ManagementDependencies): Forwarded[] {
  const { userService, templateService, patientTemplateService } = dependencies;
  const { inAppService, patientInAppService, webhookService, webhookTests } = dependencies;
  // The event that empties every cache is on its way; this instance need not wait for it.
  const userChanged = (params: Record<string, string>) => dependencies.users.drop(params['user_id'] ?? '');
  const templateChanged = (params: Record<string, string>) => dependencies.templates.drop(params['code'] ?? '');
  const readUsers = { scope: 'users:read', service: userService } as const;
  const writeUsers = { scope: 'users:write', service: userService, done: userChanged } as const;
  const readTemplates = { scope: 'templates:read', service: templateService } as const;
  const writeTemplates = { scope: 'templates:write', service: patientTemplateService, done: templateChanged } as const;
  const readInbox = { scope: 'users:read', service: inAppService, isForUser: true } as const;
  const webhooks = { scope: 'webhooks:write', service: webhookService } as const;
  const writeInbox = { scope: 'users:write', service: inAppService, isForUser: true } as const;
  return [
    { method: 'get', path: '/users', ...readUsers },
    { method: 'put', path: '/users/:user_id', ...writeUsers },
    { method: 'get', path: '/users/:user_id', ...readUsers },
    { method: 'patch', path: '/users/:user_id', ...writeUsers },
    { method: 'delete', path: '/users/:user_id', ...writeUsers },
    { method: 'get', path: '/users/:user_id/devices', ...readUsers },
    { method: 'post', path: '/users/:user_id/devices', ...writeUsers },
    { method: 'delete', path: '/users/:user_id/devices/:token', ...writeUsers },
    { method: 'get', path: '/users/:user_id/preferences', ...readUsers },
    { method: 'put', path: '/users/:user_id/preferences', ...writeUsers },
    { method: 'get', path: '/suppressions', scope: 'users:read', service: userService },
    { method: 'post', path: '/suppressions', scope: 'users:write', service: userService },
    { method: 'delete', path: '/suppressions/:id', scope: 'users:write', service: userService },
    { method: 'get', path: '/users/:user_id/inbox', ...readInbox },
    { method: 'get', path: '/users/:user_id/inbox/unread_count', ...readInbox },
    { method: 'post', path: '/users/:user_id/inbox/read_all', ...writeInbox, service: patientInAppService },
    { method: 'post', path: '/users/:user_id/inbox/:id/read', ...writeInbox },
    { method: 'delete', path: '/users/:user_id/inbox/:id', ...writeInbox },
    { method: 'get', path: '/templates', ...readTemplates },
    { method: 'post', path: '/templates', ...writeTemplates },
    { method: 'get', path: '/templates/:code', ...readTemplates },
    { method: 'patch', path: '/templates/:code', ...writeTemplates },
    { method: 'delete', path: '/templates/:code', ...writeTemplates },
    { method: 'get', path: '/templates/:code/draft/:locale', ...readTemplates },
    { method: 'put', path: '/templates/:code/draft/:locale', ...writeTemplates },
    { method: 'delete', path: '/templates/:code/draft/:locale', ...writeTemplates },
    { method: 'post', path: '/templates/:code/publish', ...writeTemplates },
    { method: 'post', path: '/templates/:code/rollback', ...writeTemplates },
    { method: 'post', path: '/templates/:code/preview', ...readTemplates, service: patientTemplateService },
    { method: 'get', path: '/templates/:code/versions', ...readTemplates },
    { method: 'get', path: '/templates/:code/versions/:version', ...readTemplates },
    { method: 'post', path: '/webhooks', ...webhooks },
    { method: 'get', path: '/webhooks', ...webhooks },
    { method: 'get', path: '/webhooks/:id', ...webhooks },
    { method: 'patch', path: '/webhooks/:id', ...webhooks },
    { method: 'delete', path: '/webhooks/:id', ...webhooks },
    { method: 'post', path: '/webhooks/:id/rotate_secret', ...webhooks },
    { method: 'post', path: '/webhooks/:id/test', ...webhooks, service: webhookTests },
    { method: 'get', path: '/webhooks/:id/deliveries', ...webhooks },
    { method: 'post', path: '/webhooks/deliveries/:id/resend', ...webhooks },
  ];
}
