import Joi from 'joi';
import { CHANNELS } from '../../channels.ts';
import {
  type ChannelPreferencesJson,
  type Device,
  type PreferencesJson,
  type QuietHours,
  WEEKDAYS,
} from '../../profile.ts';
import { SUPPRESSIBLE_CHANNELS, SUPPRESSION_REASONS, type SuppressionJson } from '../suppressions.ts';
import type { UserJson, UserTokenJson } from '../users.ts';
import * as field from './answer-fields.ts';

/** What is said of people. */

export const userSchema = field.named<UserJson>('User', {
  user_id: field.text(),
  email: field.text().allow(null),
  country: field.text().allow(null),
  phone: field.text().allow(null),
  locale: field.text().allow(null),
  timezone: field.text().allow(null),
  name: field.text().allow(null),
  metadata: field.freeData(),
  created_at: field.time(),
  updated_at: field.time(),
});
export const userPageSchema = field.pageOf('User', userSchema);

export const deviceAnswerSchema = field.named<Device>('Device', {
  token: field.text(),
  platform: field.oneOf(['ios', 'android', 'web']),
  provider: field.text(),
});
export const devicePageSchema = field.pageOf('Device', deviceAnswerSchema);

const channelPreferences = {
  channels: field.bySome(CHANNELS, Joi.boolean()),
  channel_order: field.listOf(field.channel()).optional(),
};
const channelPreferencesSchema = field.named<ChannelPreferencesJson>('ChannelPreferences', channelPreferences);
const quietHoursSchema = field.named<QuietHours>('QuietHours', {
  start: field.text(),
  end: field.text(),
  timezone: field.text().optional(),
  days: field.listOf(field.oneOf(WEEKDAYS)).optional(),
});
export const preferencesAnswerSchema = field.named<PreferencesJson>('Preferences', {
  ...channelPreferences,
  types: field.byKey(channelPreferencesSchema),
  quiet_hours: quietHoursSchema,
});

export const suppressionAnswerSchema = field.named<SuppressionJson>('Suppression', {
  id: field.uuid(),
  channel: field.oneOf(SUPPRESSIBLE_CHANNELS),
  address: field.text().allow(null),
  reason: field.oneOf(SUPPRESSION_REASONS),
  created_at: field.time(),
});
export const suppressionPageSchema = field.pageOf('Suppression', suppressionAnswerSchema);

export const userTokenSchema = field.named<UserTokenJson>('UserToken', {
  token: field.text(),
  expires_at: field.time(),
});
