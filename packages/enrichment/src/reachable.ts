import type { Channel, InlineRecipient, Preferences, Profile } from '@notify/contracts';

/** Where a channel sends to: an email address, a number, a device token, or a user id (in_app). */
export interface Address {
  address: string;
  /** The only provider that knows it: a device token is its vendor's own. Undefined: any, or nobody said which. */
  provider?: string;
}

/** A recipient, whether a known user or contacts given with the request. */
export interface Reachable {
  userId?: string;
  email?: string;
  phone?: string;
  devices: Address[];
  locale?: string;
  timezone?: string;
  preferences?: Preferences;
}

export function reachableFromProfile(profile: Profile): Reachable {
  return {
    userId: profile.userId,
    email: profile.email,
    phone: profile.phone,
    devices: profile.devices.map(({ token, provider }) => ({ address: token, provider })),
    locale: profile.locale,
    timezone: profile.timezone,
    preferences: profile.preferences,
  };
}

export function reachableFromContacts(contacts: InlineRecipient): Reachable {
  return {
    email: contacts.email,
    phone: contacts.phone,
    devices: (contacts.deviceTokens ?? []).map((address) => ({ address })),
    locale: contacts.locale,
  };
}

/** Where a channel would send to; several for a user with several devices, none when there is no contact. */
export function addressesOn(channel: Channel, reachable: Reachable): Address[] {
  const single = { email: reachable.email, sms: reachable.phone, in_app: reachable.userId };
  if (channel === 'push') return reachable.devices;
  const address = single[channel];
  return address === undefined ? [] : [{ address }];
}
