import { expect, test } from '@jest/globals';
import type { PreferencesJson } from '@notify/contracts';
import { withSwitches } from './preference-switches.ts';

test('single switches are set, and everything else stays', () => {
  const preferences: PreferencesJson = {
    channels: { sms: false },
    channel_order: ['push'],
    types: { news: { channels: { push: false }, channel_order: ['email'] }, other: { channels: {} } },
  };
  const switched = withSwitches(preferences, {
    channels: { push: true },
    types: { news: { channels: { email: false } } },
  });
  expect(switched).toEqual({
    channels: { sms: false, push: true },
    channel_order: ['push'],
    types: { news: { channels: { push: false, email: false }, channel_order: ['email'] }, other: { channels: {} } },
  });
  expect(preferences.types['news']?.channels).toEqual({ push: false });
});

test.each(['__proto__', 'constructor'])('the type %s is a type like any other', (type) => {
  const switches = JSON.parse(`{"types": {"${type}": {"channels": {"email": false}}}}`);
  const switched = JSON.stringify(withSwitches({ channels: {}, types: {} }, switches).types);
  expect(switched).toBe(`{"${type}":{"channels":{"email":false}}}`);
});
