import { expect, test } from '@jest/globals';
import { createNotificationTypes, notificationTypesFileSchema } from './notification-types.ts';
import { check } from './validate.ts';

test('a type that nobody registered retries as the API documents it, more eagerly where critical', () => {
  const { isRequired, onUnknown, retryFor } = createNotificationTypes().settingsOf('constructor');
  expect({ isRequired, onUnknown }).toEqual({ isRequired: false, onUnknown: 'next_channel' });
  expect(retryFor('high')).toEqual({ before_failover: ['1s', '5s'], last_channel: ['30s', '2m', '10m', '1h'] });
  expect(retryFor('critical').last_channel).toEqual(['1s', '5s', '30s', '2m', '10m']);
});

test("a type's own word wins over the defaults, for its priority first", () => {
  const types = createNotificationTypes({
    defaults: { on_unknown: 'resend', retry: { critical: { last_channel: ['1h'] } } },
    types: { otp: { required: true, retry: { default: { last_channel: ['1s'] }, low: { last_channel: [] } } } },
  });
  const otp = types.settingsOf('otp');
  expect(otp).toMatchObject({ isRequired: true, onUnknown: 'resend' });
  expect(otp.retryFor('critical').last_channel).toEqual(['1s']);
  expect(otp.retryFor('low').last_channel).toEqual([]);
  expect(otp.retryFor('low').before_failover).toEqual(['1s', '5s']);
  expect(types.settingsOf('other').retryFor('critical').last_channel).toEqual(['1h']);
});

test('what nobody can opt out of is not held back either, unless the type itself says so', () => {
  const types = createNotificationTypes({
    defaults: { user_cap: 'suppress' },
    types: {
      otp: { required: true },
      receipt: { required: true, user_cap: 'defer', quiet_hours: 'defer' },
      ride: { quiet_hours: 'exempt' },
    },
  });
  const held = (type: string) => {
    const { onUserCap, onQuietHours } = types.settingsOf(type);
    return [onUserCap, onQuietHours];
  };
  expect(held('otp')).toEqual(['exempt', 'exempt']);
  expect(held('receipt')).toEqual(['defer', 'defer']);
  expect(held('ride')).toEqual(['suppress', 'exempt']);
  expect(held('other')).toEqual(['suppress', 'defer']);
  expect(createNotificationTypes().settingsOf('other')).toMatchObject({ onUserCap: 'defer', onQuietHours: 'defer' });
});

test('the list shows the defaults first, then every registered type', () => {
  const types = createNotificationTypes({ defaults: {}, types: { otp: { required: true } } });
  expect(types.list()).toMatchObject([
    { notification_type: 'default', required: false, on_unknown: 'next_channel' },
    {
      notification_type: 'otp',
      required: true,
      user_cap: 'exempt',
      quiet_hours: 'exempt',
      retry: { critical: { before_failover: ['1s', '5s'] } },
    },
  ]);
});

test('only what nobody has to get can be unsubscribed from', () => {
  const types = createNotificationTypes({
    defaults: { unsubscribe: true },
    types: { otp: { required: true }, receipt: { unsubscribe: false }, marketing: { required: false } },
  });
  const withLink = ['otp', 'receipt', 'marketing', 'unregistered'].filter(
    (name) => types.settingsOf(name).hasUnsubscribe,
  );
  expect(withLink).toEqual(['marketing', 'unregistered']);
});

test('a type is shown to people by its title, else by its name in words', () => {
  const types = createNotificationTypes({
    defaults: {},
    types: { otp: { title: 'Sign-in codes' }, order_updates: {} },
  });
  expect(types.list().map(({ title }) => title)).toEqual(['Default', 'Sign-in codes', 'Order updates']);
  expect(types.settingsOf('news.weekly').title).toBe('News weekly');
  expect(types.settingsOf('--').title).toBe('--');
});

test('a title is shown in the closest language that the registry has it in', () => {
  const titles = { fr: 'Reçus', fr_ca: 'Reçus d’achat', es: 'Recibos' };
  const types = createNotificationTypes({ defaults: {}, types: { receipt: { title: 'Receipts', titles } } });
  const { titleIn } = types.settingsOf('receipt');
  const shown = ['fr-CA', 'fr-BE', 'ES_mx', 'de', 'en'].map(titleIn);
  expect(shown).toEqual(['Reçus d’achat', 'Reçus', 'Recibos', 'Receipts', 'Receipts']);
  expect(types.settingsOf('order_updates').titleIn('fr')).toBe('Order updates');
  expect(types.list().map((type) => type.titles)).toEqual([
    {},
    { fr: 'Reçus', 'fr-CA': 'Reçus d’achat', es: 'Recibos' },
  ]);
});

test('content is kept for a month unless the file, or the type, says otherwise', () => {
  const days = (defaults: object) => {
    const types = createNotificationTypes({ defaults, types: { otp: { content_retention_days: 1 } } });
    return ['otp', 'other'].map((name) => types.settingsOf(name).contentRetentionDays);
  };
  expect([days({}), days({ content_retention_days: 90 })]).toEqual([
    [1, 30],
    [1, 90],
  ]);
});

test('a file with mistakes is refused with all of them', () => {
  const titles = { french: 'Actualités', fr: '', es: 'N'.repeat(81) };
  const { errors } = check(notificationTypesFileSchema, {
    defaults: { on_unknown: 'ask' },
    types: { otp: { retry: { critical: { last_channel: ['3s'] } }, colour: 'red' }, 'a b': {}, news: { titles } },
  });
  expect(errors?.map(({ field }) => field)).toEqual([
    'defaults.on_unknown',
    'types.otp.retry.critical.last_channel.0',
    'types.otp.colour',
    'types.news.titles.fr',
    'types.news.titles.es',
    'types.news.titles.french',
    'types.a b',
  ]);
});
