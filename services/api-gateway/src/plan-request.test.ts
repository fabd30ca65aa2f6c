import { expect, test } from '@jest/globals';
import {
  AppError,
  CHANNELS,
  type Channel,
  createNotificationTypes,
  type Profile,
  type SendRequestJson,
} from '@notify/contracts';
import type { PlannedSkip, TemplateCatalogue, UserDirectory } from '@notify/enrichment';
import fc from 'fast-check';
import { planRequest } from './plan-request.ts';

const channel = fc.constantFrom(...CHANNELS);
const channelPreferences = {
  channels: fc.dictionary(channel, fc.boolean()) as fc.Arbitrary<Partial<Record<Channel, boolean>>>,
  channelOrder: fc.option(fc.uniqueArray(channel), { nil: undefined }),
};
const profile: fc.Arbitrary<Profile> = fc.record({
  userId: fc.constant('ada'),
  email: fc.constantFrom(undefined, 'ada@example.test'),
  phone: fc.constantFrom(undefined, '+14155550123'),
  devices: fc.array(fc.constant({ token: 'token', platform: 'ios' as const, provider: 'fcm' }), { maxLength: 2 }),
  preferences: fc.record({
    ...channelPreferences,
    types: fc.dictionary(fc.constantFrom('news', 'constructor', 'other'), fc.record(channelPreferences)),
  }),
});
const request: fc.Arbitrary<SendRequestJson> = fc.record({
  user_id: fc.constant('ada'),
  notification_type: fc.constantFrom('news', 'constructor', 'default'),
  priority: fc.constant('medium'),
  variables: fc.constant({}),
  mode: fc.constant('first_success'),
  metadata: fc.constant({}),
  content: fc
    .record({ title: fc.constant('T'), body: fc.constant('B'), html: fc.constant('<p>H</p>') }, { requiredKeys: [] })
    .filter((content) => Object.keys(content).length > 0),
  channels: fc.option(fc.uniqueArray(channel, { minLength: 1 }), { nil: undefined }),
});

/** Nothing here names a template. */
const templates = {} as TemplateCatalogue;
const away = () => Promise.reject(new AppError('dependency_unavailable', 'away'));
const usersWith = (lookUp: UserDirectory['lookUp']): UserDirectory => ({ lookUp, drop() {} });

/** What became of the channels, whether some can be used or none. */
async function planned(asked: SendRequestJson, users: UserDirectory) {
  try {
    return await planRequest(asked, { users, templates, types: createNotificationTypes() });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'no_deliverable_channel') throw error;
    const skipped = error.extra?.['channels'] as PlannedSkip[];
    return { channels: [], skipped };
  }
}

/** Holds whoever the user is, and when nobody can say. */
async function expectPlanOf(asked: SendRequestJson, users: UserDirectory) {
  const { channels, skipped } = await planned(asked, users);
  const passedOver = skipped.map((skip) => skip.channel);
  const considered = asked.channels ?? CHANNELS;
  expect([...channels, ...passedOver].sort()).toEqual([...considered].sort());
  if (asked.channels !== undefined) expect(channels).toEqual(considered.filter((each) => channels.includes(each)));
  for (const { reason } of skipped) expect(['opted_out', 'no_contact', 'no_content']).toContain(reason);
  return { channels, skipped };
}

test('a plan is the requested channels in their order, each once, and a reason for each that it passes over', () =>
  fc.assert(
    fc.asyncProperty(request, profile, async (asked, user) => {
      const { channels, skipped } = await expectPlanOf(
        asked,
        usersWith(async () => user),
      );
      const forType = Object.hasOwn(user.preferences.types, asked.notification_type)
        ? user.preferences.types[asked.notification_type]
        : undefined;
      const isOff = (each: Channel) => (forType?.channels[each] ?? user.preferences.channels[each]) === false;
      expect(channels.filter(isOff)).toEqual([]);
      const optedOut = skipped.filter(({ reason }) => reason === 'opted_out').map((skip) => skip.channel);
      expect(optedOut).toEqual(skipped.map((skip) => skip.channel).filter(isOff));
    }),
    { numRuns: 500 },
  ));

test('while nobody can say who the user is, only what has no content is passed over', () =>
  fc.assert(
    fc.asyncProperty(request, async (asked) => {
      const { skipped } = await expectPlanOf(asked, usersWith(away));
      for (const { reason } of skipped) expect(reason).toBe('no_content');
    }),
  ));
