import type { Provider } from '@notify/channel-worker';
import { createSmtpProvider } from './smtp.ts';
import { type SmtpConfig, smtpKeys } from './smtp-config.ts';

/** One line a vendor. The first is the default. */
const emailProviders = { smtp: createSmtpProvider };

export type EmailProvidersConfig = SmtpConfig & { EMAIL_PROVIDERS: (keyof typeof emailProviders)[] };
export const emailProviderNames = Object.keys(emailProviders) as [string, ...string[]];
export const emailProviderKeys = { ...smtpKeys };

/** The providers that the configuration names, in its order. */
export function createEmailProviders(config: EmailProvidersConfig): Provider[] {
  return config.EMAIL_PROVIDERS.map((name) => emailProviders[name](config));
}
