import type { Channel } from './channels.ts';

/** Everything a delivery needs to know of a user, in one answer of user-service. */
export interface Profile {
  userId: string;
  email?: string;
  phone?: string;
  locale?: string;
  timezone?: string;
  name?: string;
  devices: Device[];
  preferences: Preferences;
}
export interface Device {
  token: string;
  platform: 'ios' | 'android' | 'web';
  provider: string;
}
export interface ChannelPreferences {
  /** A channel that is not named is on. */
  channels: Partial<Record<Channel, boolean>>;
  /** Channels that are not named come after those that are, in the default order. */
  channelOrder?: Channel[];
}
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When a person is to be left alone, by the clock on the wall. */
export interface QuietHours {
  /** `HH:MM`. */
  start: string;
  /** `HH:MM`, never that of `start`; an earlier one is of the next day. */
  end: string;
  /** IANA; default: the user's own, else UTC. */
  timezone?: string;
  /** Those on which they begin; default: all. */
  days?: Weekday[];
}
export interface Preferences extends ChannelPreferences {
  /** By notification type; wins over the general ones. */
  types: Record<string, ChannelPreferences>;
  quietHours?: QuietHours;
}

export interface ChannelPreferencesJson {
  channels: Partial<Record<Channel, boolean>>;
  channel_order?: Channel[];
}
export interface PreferencesJson extends ChannelPreferencesJson {
  types: Record<string, ChannelPreferencesJson>;
  quiet_hours?: QuietHours;
}
/** user-service's `GET /users/{user_id}/profile`. */
export interface ProfileJson {
  user_id: string;
  email: string | null;
  phone: string | null;
  locale: string | null;
  timezone: string | null;
  name: string | null;
  devices: Device[];
  preferences: PreferencesJson;
}

function channelPreferencesFromJson(json: ChannelPreferencesJson): ChannelPreferences {
  return { channels: json.channels, channelOrder: json.channel_order };
}

export function profileFromJson(json: ProfileJson): Profile {
  return {
    userId: json.user_id,
    email: json.email ?? undefined,
    phone: json.phone ?? undefined,
    locale: json.locale ?? undefined,
    timezone: json.timezone ?? undefined,
    name: json.name ?? undefined,
    devices: json.devices,
    preferences: {
      ...channelPreferencesFromJson(json.preferences),
      quietHours: json.preferences.quiet_hours,
      types: Object.fromEntries(
        Object.entries(json.preferences.types).map(([type, preferences]) => [
          type,
          channelPreferencesFromJson(preferences),
        ]),
      ),
    },
  };
}
