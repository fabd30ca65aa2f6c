import type { ConfigKeys } from '@notify/service-kit';
import Joi from 'joi';

/** A sender: `Name <address>` or an address alone. No control characters: it becomes a header. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
export const MAIL_FROM_PATTERN = /^(?:([^\u0000-\u001f<>]*?)\s*<([^\s<>@,;]+@[^\s<>@,;]+)>|([^\s<>@,;]+@[^\s<>@,;]+))$/;

export interface MailFrom {
  name: string;
  address: string;
  /** The right-hand side of our Message-IDs. */
  domain: string;
}

/** @throws Error when it does not match MAIL_FROM_PATTERN; the configuration has checked that. */
export function parseMailFrom(value: string): MailFrom {
  const [, name = '', bracketed, bare] = MAIL_FROM_PATTERN.exec(value) ?? [];
  const address = bracketed ?? bare;
  if (address === undefined) throw new Error('MAIL_FROM is not an address');
  return { name: name.replace(/^"(.*)"$/, '$1'), address, domain: address.slice(address.indexOf('@') + 1) };
}

export interface MailFromConfig {
  MAIL_FROM: string;
}

export const mailFromKeys: ConfigKeys<MailFromConfig> = {
  /** The sender, `Name <address>` or an address, whatever the provider. Required in production. */
  MAIL_FROM: Joi.string()
    .pattern(MAIL_FROM_PATTERN, 'Name <address> or an address')
    .when('NODE_ENV', {
      is: 'production',
      then: Joi.required(),
      otherwise: Joi.string().default('Notifications <notifications@notify.test>'),
    }),
};
