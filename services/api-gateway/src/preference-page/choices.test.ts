import { expect, test } from '@jest/globals';
import { createNotificationTypes, type Preferences, type Profile } from '@notify/contracts';
import fc from 'fast-check';
import { choicesFor, switchesFor } from './choices.ts';
import { PAGE_WORDS } from './page-words.ts';

const types = createNotificationTypes({
  defaults: {},
  types: { otp: { required: true }, marketing: { title: 'Offers' }, news: {} },
});
const profileWith = (preferences: Partial<Preferences>): Profile => ({
  userId: 'ada',
  email: 'ada@example.com',
  phone: '+14155550123',
  devices: [],
  preferences: { channels: {}, types: {}, ...preferences },
});
const english = { words: PAGE_WORDS[0], locale: 'en' };
const titles = (profile: Profile, linkType: string) =>
  choicesFor(profile, types, linkType, english).map(({ title }) => title);

test("a person chooses among the types that nobody has to get, the link's own first, on the channels that reach them", () => {
  const rows = choicesFor(profileWith({ types: { news: { channels: { sms: false } } } }), types, 'news', english);
  expect(rows.map(({ title }) => title)).toEqual(['News', 'Offers', 'Everything else']);
  expect(rows[0]?.choices.map(({ channel, isOn }) => [channel, isOn])).toEqual([
    ['email', true],
    ['sms', false],
    ['in_app', true],
  ]);
});

test('a type that is not registered has a row where the link is of it, and a required one has none', () => {
  expect(titles(profileWith({}), 'order_updates')).toEqual(['Order updates', 'Offers', 'News', 'Everything else']);
  expect(titles(profileWith({}), 'otp')).toEqual(['Offers', 'News', 'Everything else']);
});

test('a form that comes back as it was shown changes nothing', () => {
  const profile = profileWith({ channels: { email: false }, types: { marketing: { channels: { email: true } } } });
  const choices = choicesFor(profile, types, 'news', english).flatMap((row) => row.choices);
  const shown = choices.map(({ field }) => field);
  const on = new Set(choices.filter(({ isOn }) => isOn).map(({ field }) => field));
  expect(switchesFor(profile, types, shown, on)).toEqual({ channels: {}, types: {} });
});

test('who switches everything else off keeps the types that stay checked', () => {
  const shown = ['email marketing', 'email news', 'email *'];
  expect(switchesFor(profileWith({}), types, shown, new Set(['email marketing']))).toEqual({
    channels: { email: false },
    types: { marketing: { channels: { email: true } } },
  });
});

test('fields that the page does not make, and required types, are passed over', () => {
  const shown = ['email otp', 'fax news', 'email', '', 'email a/b', 'email __proto__'];
  expect(Object.keys(switchesFor(profileWith({}), types, shown, new Set()).types ?? {})).toEqual(['__proto__']);
});

test('whatever is chosen is what holds afterwards', () => {
  const bools = fc.dictionary(fc.constantFrom('email', 'sms', 'in_app'), fc.boolean());
  fc.assert(
    fc.property(bools, bools, bools, fc.uniqueArray(fc.nat(8)), (general, marketing, news, checked) => {
      const before = profileWith({
        channels: general,
        types: { marketing: { channels: marketing }, news: { channels: news } },
      });
      const fields = choicesFor(before, types, 'news', english).flatMap(({ choices }) =>
        choices.map(({ field }) => field),
      );
      const on = new Set(fields.filter((_field, index) => checked.includes(index)));
      const { channels, types: byType = {} } = switchesFor(before, types, fields, on);
      const after = profileWith({
        channels: { ...general, ...channels },
        types: {
          marketing: { channels: { ...marketing, ...byType['marketing']?.channels } },
          news: { channels: { ...news, ...byType['news']?.channels } },
        },
      });
      const holds = choicesFor(after, types, 'news', english).flatMap(({ choices }) =>
        choices.filter(({ isOn }) => isOn),
      );
      expect(new Set(holds.map(({ field }) => field))).toEqual(on);
    }),
  );
});
