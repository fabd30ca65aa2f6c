import Joi from 'joi';
import { CALLER_ID_PATTERN } from '../ids.ts';
import { type Device, type PreferencesJson, type QuietHours, WEEKDAYS } from '../profile.ts';
import * as field from './fields.ts';

/** `PUT /api/v1/users/{user_id}`: what is left out is emptied. */
export interface UserRequestJson {
  email?: string | null;
  phone?: string | null;
  locale?: string | null;
  timezone?: string | null;
  name?: string | null;
  metadata?: Record<string, unknown>;
}

const userFields = {
  email: field.email().trim().allow(null),
  phone: field.phone().allow(null),
  locale: field.locale().allow(null),
  timezone: field.timezone().allow(null),
  name: field.headerText(200).allow(null),
  metadata: field.metadata(),
};
export const userPutSchema = Joi.object<UserRequestJson>(userFields).label('User');
/** `PATCH`: what is left out stays. */
export const userPatchSchema = Joi.object<UserRequestJson>(userFields).min(1).label('UserPatch');

export interface UserJson {
  user_id: string;
  email: string | null;
  phone: string | null;
  locale: string | null;
  timezone: string | null;
  name: string | null;
  metadata: Record<string, unknown>;
  created_at: string;
  updated_at: string;
}

/** As the vendor's SDK on the device gave it. */
/** Not `.` or `..`: a path that ends in one could not name the device. */
export const deviceToken = () => field.headerText(4096).invalid('.', '..');

/** `POST /api/v1/users/{user_id}/devices` */
export const deviceSchema = Joi.object<Device>({
  token: deviceToken().required(),
  platform: Joi.string().lowercase().valid('ios', 'android', 'web').required(),
  provider: Joi.string().lowercase().valid('fcm', 'onesignal').default('fcm'),
}).label('Device');

const channelSwitches = Joi.object({
  email: Joi.boolean(),
  sms: Joi.boolean(),
  push: Joi.boolean(),
  in_app: Joi.boolean(),
});
const channelOrder = Joi.array().items(field.channel()).min(1).unique();

const wallTime = () => Joi.string().pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 22:00');
const quietHours = Joi.object<QuietHours>({
  start: wallTime().required(),
  // Else it would be all day or never, and nobody could tell which.
  end: wallTime().invalid(Joi.ref('start')).required(),
  timezone: field.timezone(),
  days: Joi.array()
    .items(
      Joi.string()
        .lowercase()
        .valid(...WEEKDAYS),
    )
    .min(1)
    .unique(),
});

/** `PUT /api/v1/users/{user_id}/preferences` */
export const preferencesSchema = Joi.object<PreferencesJson>({
  channels: channelSwitches.default({}),
  channel_order: channelOrder,
  types: Joi.object()
    .pattern(CALLER_ID_PATTERN, Joi.object({ channels: channelSwitches.default({}), channel_order: channelOrder }))
    .max(200)
    .default({}),
  quiet_hours: quietHours,
}).label('Preferences');

export const pageQuerySchema = Joi.object<{ limit: number; cursor?: string }>({
  limit: field.listLimit(),
  cursor: field.listCursor(),
}).label('PageQuery');

/** The answer of `POST /api/v1/users/{user_id}/tokens`. */
export interface UserTokenJson {
  token: string;
  expires_at: string;
}
