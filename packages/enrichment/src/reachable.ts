import type { Channel, InlineRecipient, Preferences, Profile } from '@notify/contracts';

/** A recipient, whether a known user or contacts given with the request. */
export interface Reachable {
  userId?: string;
  email?: string;
  phone?: string;
  deviceTokens: string[];
  locale?: string;
  preferences?: Preferences;
}

export function reachableFromProfile(profile: Profile): Reachable {
  return {
    userId: profile.userId,
    email: profile.email,
    phone: profile.phone,
    deviceTokens: profile.devices.map(({ token }) => token),
    locale: profile.locale,
    preferences: profile.preferences,
  };
}

export function reachableFromContacts(contacts: InlineRecipient): Reachable {
  return {
    email: contacts.email,
    phone: contacts.phone,
    deviceTokens: contacts.deviceTokens ?? [],
    locale: contacts.locale,
  };
}

/** Where a channel would send to; several for a user with several devices, none when there is no contact. */
export function addressesOn(channel: Channel, reachable: Reachable): string[] {
  const single = { email: reachable.email, sms: reachable.phone, in_app: reachable.userId };
  if (channel === 'push') return reachable.deviceTokens;
  const address = single[channel];
  return address === undefined ? [] : [address];
}
