import { type ConfigKeys, type HttpConfig, httpKeys } from '@notify/service-kit';
import Joi from 'joi';

export interface SandboxConfig extends HttpConfig {
  SMTP_LISTEN_PORT: number;
  RECEIPTS_URL: string;
}

/** The sandbox keeps everything in memory: the one address that it needs is for receipts. */
export const sandboxConfigKeys: ConfigKeys<SandboxConfig> = {
  /** HOST, PORT (default 8025: the vendors' HTTP APIs, the sandbox's own, and the page) and LOG_LEVEL. */
  ...httpKeys(8025),
  /** TCP port of the mail server, on the same HOST. Default 1025. */
  SMTP_LISTEN_PORT: Joi.number().port().default(1025),
  /** The api-gateway, for the vendors' receipts. Default http://localhost:8001. */
  RECEIPTS_URL: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default('http://localhost:8001'),
};
