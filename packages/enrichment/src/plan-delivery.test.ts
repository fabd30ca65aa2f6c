import { expect, test } from '@jest/globals';
import { CHANNELS, type Preferences } from '@notify/contracts';
import fc from 'fast-check';
import { planDelivery } from './plan-delivery.ts';
import type { Reachable } from './reachable.ts';

const everything: Reachable = {
  userId: 'u',
  email: 'a@example.com',
  phone: '+14155550123',
  devices: [{ address: 't' }],
};
const all = new Set(CHANNELS);
const plan = (overrides: Partial<Parameters<typeof planDelivery>[0]> = {}) =>
  planDelivery({
    requested: undefined,
    notificationType: 'news',
    isRequired: false,
    reachable: everything,
    withContent: all,
    ...overrides,
  });

test('without a wish from anyone the default order is used', () => {
  expect(plan().channels).toEqual(['email', 'sms', 'push', 'in_app']);
});

test("the user's order for the type wins over the general one; channels not named come after", () => {
  const preferences: Preferences = {
    channels: {},
    channelOrder: ['push'],
    types: { news: { channels: {}, channelOrder: ['sms', 'in_app'] } },
  };
  expect(plan({ reachable: { ...everything, preferences } }).channels).toEqual(['sms', 'in_app', 'email', 'push']);
  expect(plan({ reachable: { ...everything, preferences }, notificationType: 'other' }).channels).toEqual([
    'push',
    'email',
    'sms',
    'in_app',
  ]);
});

test("the caller's channels are used in the caller's order", () => {
  expect(plan({ requested: ['sms', 'email'] }).channels).toEqual(['sms', 'email']);
});

test('a type can be switched on for a channel that is off in general, and the other way round', () => {
  const preferences: Preferences = {
    channels: { email: false },
    types: { news: { channels: { email: true, sms: false } } },
  };
  expect(plan({ reachable: { ...everything, preferences } })).toEqual({
    channels: ['email', 'push', 'in_app'],
    skipped: [{ channel: 'sms', reason: 'opted_out' }],
  });
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'the type %s is a type like any other',
  (notificationType) => {
    const preferences: Preferences = { channels: {}, types: {} };
    expect(plan({ reachable: { ...everything, preferences }, notificationType }).channels).toEqual([...CHANNELS]);
  },
);

test('each channel that is passed over has its reason', () => {
  const result = plan({
    reachable: { email: 'a@example.com', devices: [], phone: '+14155550123' },
    withContent: new Set(['email'] as const),
  });
  expect(result).toEqual({
    channels: ['email'],
    skipped: [
      { channel: 'sms', reason: 'no_content' },
      { channel: 'push', reason: 'no_contact' },
      { channel: 'in_app', reason: 'no_contact' },
    ],
  });
});

test('every considered channel is either planned or skipped, once', () => {
  const channel = fc.constantFrom(...CHANNELS);
  fc.assert(
    fc.property(
      fc.option(fc.uniqueArray(channel, { minLength: 1 }), { nil: undefined }),
      fc.uniqueArray(channel),
      fc.dictionary(channel, fc.boolean()),
      fc.uniqueArray(channel),
      fc.record({ email: fc.boolean(), phone: fc.boolean(), device: fc.boolean(), user: fc.boolean() }),
      (requested, withContent, channels, channelOrder, has) => {
        const reachable: Reachable = {
          ...(has.user ? { userId: 'u' } : {}),
          ...(has.email ? { email: 'a@example.com' } : {}),
          ...(has.phone ? { phone: '+14155550123' } : {}),
          devices: has.device ? [{ address: 't' }] : [],
          preferences: { channels, channelOrder, types: {} },
        };
        const result = plan({ requested, reachable, withContent: new Set(withContent) });
        const considered = [...result.channels, ...result.skipped.map((skip) => skip.channel)].sort();
        expect(considered).toEqual([...(requested ?? CHANNELS)].sort());
        for (const planned of result.channels) {
          expect(withContent).toContain(planned);
          expect(channels[planned]).not.toBe(false);
        }
      },
    ),
  );
});
