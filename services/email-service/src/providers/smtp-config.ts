import { type ConfigKeys, requiredWhenListed } from '@notify/service-kit';
import Joi from 'joi';

export interface SmtpConfig {
  SMTP_HOST: string;
  SMTP_PORT: number;
  SMTP_SECURE: 'none' | 'starttls' | 'tls';
  SMTP_USER?: string;
  SMTP_PASSWORD?: string;
  SMTP_CONNECTIONS: number;
}

/** A default for development alone: in production, mail that quietly goes nowhere is worse than no start. Without `smtp` nothing is needed. */
const developmentDefault = <T extends string | number>(schema: Joi.Schema<T>, value: T): Joi.Schema<T> =>
  schema.when('NODE_ENV', {
    is: 'production',
    then: requiredWhenListed(schema, 'EMAIL_PROVIDERS', 'smtp'),
    otherwise: schema.default(value),
  });

export const smtpKeys: ConfigKeys<SmtpConfig> = {
  /** The mail server's name or address. Default localhost (the sandbox); required in production. */
  SMTP_HOST: developmentDefault(Joi.string().hostname(), 'localhost'),
  /** Default 1025 (the sandbox); required in production: 587 for `starttls`, 465 for `tls`, as a rule. */
  SMTP_PORT: developmentDefault(Joi.number().port(), 1025),
  /** `none`, `starttls` (refuses to go on in clear) or `tls` from the first byte. Default none; required in production. */
  SMTP_SECURE: developmentDefault(Joi.string<SmtpConfig['SMTP_SECURE']>().valid('none', 'starttls', 'tls'), 'none'),
  /** Both or neither. Default: no authentication. */
  SMTP_USER: Joi.string(),
  SMTP_PASSWORD: Joi.string().when('SMTP_USER', { is: Joi.exist(), then: Joi.required() }),
  /** How many connections, and so how many mails at a time, each instance holds. Default 10. */
  SMTP_CONNECTIONS: Joi.number().integer().min(1).max(100).default(10),
};
