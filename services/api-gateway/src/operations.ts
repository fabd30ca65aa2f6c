import { FOLLOW_OPERATIONS } from './operations/follow.ts';
import { IN_APP_OPERATIONS } from './operations/in-app.ts';
import { KEY_OPERATIONS } from './operations/keys.ts';
import type { Operation } from './operations/operation.ts';
import { SEND_OPERATIONS } from './operations/send.ts';
import { SUPPRESSION_OPERATIONS } from './operations/suppressions.ts';
import { TEMPLATE_OPERATIONS } from './operations/templates.ts';
import { USER_OPERATIONS } from './operations/users.ts';
import { WEBHOOK_OPERATIONS } from './operations/webhooks.ts';

/** Every operation that the gateway serves; a test holds that each is routed and each route is here. */
export const OPERATIONS: readonly Operation[] = [
  ...SEND_OPERATIONS,
  ...FOLLOW_OPERATIONS,
  ...USER_OPERATIONS,
  ...SUPPRESSION_OPERATIONS,
  ...IN_APP_OPERATIONS,
  ...TEMPLATE_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...KEY_OPERATIONS,
];
