import {
  type Device,
  deviceAnswerSchema,
  devicePageSchema,
  preferencesAnswerSchema,
  type SuppressionJson,
  suppressionAnswerSchema,
  suppressionPageSchema,
  type UserJson,
  userPageSchema,
  userSchema,
} from '@notify/contracts';
import { says, saysPage } from './operation.ts';

const ADA: UserJson = {
  user_id: 'user-456',
  email: 'person@example.com',
  country: 'CA',
  phone: '+14165550123',
  locale: 'fr-CA',
  timezone: 'America/Toronto',
  name: 'Ada',
  metadata: {},
  created_at: '2026-12-01T09:00:00.000Z',
  updated_at: '2026-12-01T09:00:00.000Z',
};
export const user = says(userSchema, ADA);
export const userPage = saysPage(userPageSchema, ADA);

const PHONE: Device = { token: 'fcm-registration-token', platform: 'android', provider: 'fcm' };
export const device = says(deviceAnswerSchema, PHONE);
export const devicePage = saysPage(devicePageSchema, PHONE);

export const preferences = says(preferencesAnswerSchema, {
  channels: { sms: false },
  channel_order: ['push', 'email'],
  types: { marketing: { channels: { email: false } } },
  quiet_hours: { start: '22:00', end: '07:00', timezone: 'Africa/Lagos', days: ['mon', 'tue', 'wed', 'thu', 'sun'] },
});

const BY_HAND: SuppressionJson = {
  id: '0193a5c1-8c11-7d90-b3aa-9e40f6d21b07',
  channel: 'email',
  address: 'person@example.com',
  reason: 'manual',
  created_at: '2026-12-01T09:00:00.000Z',
};
export const suppression = says(suppressionAnswerSchema, BY_HAND);
export const suppressionPage = saysPage(suppressionPageSchema, BY_HAND);
