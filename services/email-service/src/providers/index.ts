import type { Provider } from '@notify/channel-worker';
import type { MailFromConfig } from '../mail-from.ts';
import { type MailgunConfig, mailgunKeys } from './mailgun-config.ts';
import { type SendgridConfig, sendgridKeys } from './sendgrid-config.ts';
import { type SmtpConfig, smtpKeys } from './smtp-config.ts';

type VendorsConfig = MailFromConfig & SmtpConfig & SendgridConfig & MailgunConfig;

/** One line a vendor. The first is the default. Only what is in use is loaded: an SDK takes its memory whether it is called or not. */
const emailProviders = {
  smtp: async (config: VendorsConfig) => (await import('./smtp.ts')).createSmtpProvider(config),
  sendgrid: async (config: VendorsConfig) => (await import('./sendgrid.ts')).createSendgridProvider(config),
  mailgun: async (config: VendorsConfig) => (await import('./mailgun.ts')).createMailgunProvider(config),
};

export type EmailProvidersConfig = VendorsConfig & { EMAIL_PROVIDERS: (keyof typeof emailProviders)[] };
export const emailProviderNames = Object.keys(emailProviders) as [string, ...string[]];
export const emailProviderKeys = { ...smtpKeys, ...sendgridKeys, ...mailgunKeys };

/** The providers that the configuration names, in its order. */
export function createEmailProviders(config: EmailProvidersConfig): Promise<Provider[]> {
  return Promise.all(config.EMAIL_PROVIDERS.map((name) => emailProviders[name](config)));
}
