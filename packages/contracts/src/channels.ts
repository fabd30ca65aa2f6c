/** The ways by which a notification can reach a person. */
export const CHANNELS = ['email', 'sms', 'push', 'in_app'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Most urgent first. A channel at one priority is a lane: one queue (in_app has one lane for all). */
export const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** How the channels of a plan are used: one after the other until one takes it, or each for itself. */
export const MODES = ['first_success', 'all'] as const;
export type Mode = (typeof MODES)[number];

/** The order in which channels are tried when neither the caller nor the user has named one. */
export const DEFAULT_CHANNEL_ORDER: readonly Channel[] = [...CHANNELS];

/** How long a synchronous notification gives each provider, in milliseconds. */
export const SYNC_TRY_TIMEOUT_MS = 10_000;
