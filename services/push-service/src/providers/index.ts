import type { Provider } from '@notify/channel-worker';
import { createFcmProvider } from './fcm.ts';
import { type FcmConfig, fcmKeys } from './fcm-config.ts';

/** One line a vendor. The first is the default. */
const pushProviders = { fcm: createFcmProvider };

export type PushProvidersConfig = FcmConfig & { PUSH_PROVIDERS: (keyof typeof pushProviders)[] };
export const pushProviderNames = Object.keys(pushProviders) as [string, ...string[]];
export const pushProviderKeys = { ...fcmKeys };

/** The providers that the configuration names, in its order. */
export function createPushProviders(config: PushProvidersConfig): Provider[] {
  return config.PUSH_PROVIDERS.map((name) => pushProviders[name](config));
}
