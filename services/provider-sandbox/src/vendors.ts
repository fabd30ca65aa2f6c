import type { Channel } from '@notify/contracts';

/** The vendors that the sandbox plays, and the channel of each. */
export const PROVIDER_CHANNELS = {
  smtp: 'email',
  sendgrid: 'email',
  mailgun: 'email',
  twilio: 'sms',
  fcm: 'push',
  onesignal: 'push',
} as const satisfies Record<string, Channel>;

export type Provider = keyof typeof PROVIDER_CHANNELS;
export type SandboxChannel = (typeof PROVIDER_CHANNELS)[Provider];

export const PROVIDERS = Object.keys(PROVIDER_CHANNELS) as Provider[];
export const SANDBOX_CHANNELS: SandboxChannel[] = [...new Set(Object.values(PROVIDER_CHANNELS))];
