import type { Provider } from '@notify/channel-worker';
import { createTwilioProvider } from './twilio.ts';
import { type TwilioConfig, twilioKeys } from './twilio-config.ts';

/** One line a vendor. The first is the default. */
const smsProviders = { twilio: createTwilioProvider };

export type SmsProvidersConfig = TwilioConfig & { SMS_PROVIDERS: (keyof typeof smsProviders)[] };
export const smsProviderNames = Object.keys(smsProviders) as [string, ...string[]];
export const smsProviderKeys = { ...twilioKeys };

/** The providers that the configuration names, in its order. */
export function createSmsProviders(config: SmsProvidersConfig & { PROVIDER_TIMEOUT_MS: number }): Provider[] {
  return config.SMS_PROVIDERS.map((name) => smsProviders[name](config, config.PROVIDER_TIMEOUT_MS));
}
