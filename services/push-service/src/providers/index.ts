import type { Provider } from '@notify/channel-worker';
import { type FcmConfig, fcmKeys } from './fcm-config.ts';
import { type OnesignalConfig, onesignalKeys } from './onesignal-config.ts';

type VendorsConfig = FcmConfig & OnesignalConfig;

/** One line a vendor. The first is the default. Only what is in use is loaded: an SDK takes its memory whether it is called or not. */
const pushProviders = {
  fcm: async (config: VendorsConfig) => (await import('./fcm.ts')).createFcmProvider(config),
  onesignal: async (config: VendorsConfig) => (await import('./onesignal.ts')).createOnesignalProvider(config),
};

export type PushProvidersConfig = VendorsConfig & { PUSH_PROVIDERS: (keyof typeof pushProviders)[] };
export const pushProviderNames = Object.keys(pushProviders) as [string, ...string[]];
export const pushProviderKeys = { ...fcmKeys, ...onesignalKeys };

/** The providers that the configuration names, in its order. */
export function createPushProviders(config: PushProvidersConfig): Promise<Provider[]> {
  return Promise.all(config.PUSH_PROVIDERS.map((name) => pushProviders[name](config)));
}
