import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { check, createNotificationTypes, type NotificationTypes, notificationTypesFileSchema } from '@notify/contracts';
import Joi from 'joi';
import { parse } from 'yaml';
import { ConfigError, type ConfigKeys } from './config.ts';

export interface NotificationTypesConfig {
  NOTIFICATION_TYPES_PATH: string;
}
/** The registry of notification types, in YAML. Default: the project's own, infra/notification-types.yaml. */
export const notificationTypesKeys: ConfigKeys<NotificationTypesConfig> = {
  NOTIFICATION_TYPES_PATH: Joi.string().default(
    fileURLToPath(new URL('../../../infra/notification-types.yaml', import.meta.url)),
  ),
};

/**
 * Reads the registry. A change of the file needs a restart.
 * @throws ConfigError with all problems at once; the service then does not start.
 */
export function openNotificationTypes(file: string): NotificationTypes {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigError([`NOTIFICATION_TYPES_PATH: ${file}: ${(error as Error).message}`]);
  }
  const result = check(notificationTypesFileSchema, content);
  if (result.errors === undefined) return createNotificationTypes(result.value);
  throw new ConfigError(result.errors.map(({ message }) => `NOTIFICATION_TYPES_PATH: ${file}: ${message}`));
}
