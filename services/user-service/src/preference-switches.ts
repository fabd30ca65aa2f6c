import type { PreferenceSwitchesJson, PreferencesJson } from '@notify/contracts';

/** The preferences with some switches set; everything else in them stays as it is. */
export function withSwitches(preferences: PreferencesJson, switches: PreferenceSwitchesJson): PreferencesJson {
  const types = { ...preferences.types };
  for (const [type, { channels }] of Object.entries(switches.types ?? {})) {
    const before = Object.hasOwn(types, type) ? types[type] : undefined;
    // Defined, not assigned: a type may be called `__proto__`.
    Object.defineProperty(types, type, {
      value: { ...before, channels: { ...before?.channels, ...channels } },
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return { ...preferences, channels: { ...preferences.channels, ...switches.channels }, types };
}
