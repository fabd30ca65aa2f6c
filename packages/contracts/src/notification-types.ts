import Joi from 'joi';
import { PRIORITIES, type Priority } from './channels.ts';
import * as field from './http/fields.ts';
import { CALLER_ID_PATTERN } from './ids.ts';
import { type NotificationTypeTitles, titlesOf } from './notification-type-titles.ts';
import { RUNGS, type RungName } from './rungs.ts';

/**
 * What follows from an unknown outcome: the next channel if the plan has one (else once more), the same channel once more, or
 * nothing until a receipt or an operator tells.
 */
export const ON_UNKNOWN = ['next_channel', 'resend', 'hold'] as const;
export type OnUnknown = (typeof ON_UNKNOWN)[number];

/** What becomes of what exceeds the cap of its recipient: it waits for its turn, is not sent at all, or goes out and does not count. */
export const ON_USER_CAP = ['defer', 'suppress', 'exempt'] as const;
export type OnUserCap = (typeof ON_USER_CAP)[number];

/** What becomes of what comes in the quiet hours of its recipient: it waits for their end, or goes out. */
export const ON_QUIET_HOURS = ['defer', 'exempt'] as const;
export type OnQuietHours = (typeof ON_QUIET_HOURS)[number];

/** The rungs on which a hop waits between its tries, in their order. */
export interface RetrySchedules {
  /** While another channel of the plan is left. */
  before_failover: readonly RungName[];
  /** Where no other channel is left. */
  last_channel: readonly RungName[];
}
type RetryByPriority = Partial<Record<Priority | 'default', Partial<RetrySchedules>>>;

/** One entry of the registry, as its file has it. */
interface TypeEntry {
  title?: string;
  /** By locale. */
  titles?: Record<string, string>;
  required?: boolean;
  unsubscribe?: boolean;
  on_unknown?: OnUnknown;
  user_cap?: OnUserCap;
  quiet_hours?: OnQuietHours;
  content_retention_days?: number;
  retry?: RetryByPriority;
}

/** The registry's file: what holds for every type, and what is different for some. */
export interface NotificationTypesFile {
  defaults: TypeEntry;
  types: Record<string, TypeEntry>;
}

const schedule = Joi.array()
  .items(Joi.valid(...RUNGS.map(({ name }) => name)))
  .max(20);
const retry = Joi.object(
  Object.fromEntries(
    ['default', ...PRIORITIES].map((key) => [key, Joi.object({ before_failover: schedule, last_channel: schedule })]),
  ),
);
const title = Joi.string().max(80);
const entry = {
  title,
  titles: Joi.object().pattern(field.locale(), title),
  required: Joi.boolean(),
  unsubscribe: Joi.boolean(),
  on_unknown: Joi.valid(...ON_UNKNOWN),
  user_cap: Joi.valid(...ON_USER_CAP),
  quiet_hours: Joi.valid(...ON_QUIET_HOURS),
  content_retention_days: Joi.number().integer().min(1).max(3_650),
  retry,
};

export const notificationTypesFileSchema = Joi.object<NotificationTypesFile>({
  defaults: Joi.object(entry).default({}),
  types: Joi.object().pattern(CALLER_ID_PATTERN, Joi.object(entry).allow(null).empty(null).default({})).default({}),
}).required();

/** What holds for one notification type. */
export interface NotificationTypeSettings extends NotificationTypeTitles {
  /** Nobody can opt out of it: a person's switches for channels and types are passed over. */
  isRequired: boolean;
  /** Email of it says how to unsubscribe. Never with a required one. */
  hasUnsubscribe: boolean;
  onUnknown: OnUnknown;
  onUserCap: OnUserCap;
  onQuietHours: OnQuietHours;
  /** How many days after the last that happened to a notification its content and recipient leave the record. */
  contentRetentionDays: number;
  retryFor(priority: Priority): RetrySchedules;
}

/** As the API shows a type. */
export interface NotificationTypeJson {
  notification_type: string;
  title: string;
  /** By locale. */
  titles: Record<string, string>;
  required: boolean;
  unsubscribe: boolean;
  on_unknown: OnUnknown;
  user_cap: OnUserCap;
  quiet_hours: OnQuietHours;
  content_retention_days: number;
  retry: Record<Priority, RetrySchedules>;
}

export interface NotificationTypes {
  /** A type that is not registered gets the defaults. */
  settingsOf(notificationType: string): NotificationTypeSettings;
  /** The registered types, in the order of the file. */
  names(): string[];
  /** Every registered type, by name, after `default`: what any other gets. */
  list(): NotificationTypeJson[];
}

/** Where neither the type nor the file's defaults say anything. */
const BUILT_IN: Required<Omit<TypeEntry, 'title' | 'titles' | 'retry'>> = {
  required: false,
  unsubscribe: false,
  on_unknown: 'next_channel',
  user_cap: 'defer',
  quiet_hours: 'defer',
  content_retention_days: 30,
};
const BUILT_IN_RETRY: RetryByPriority = {
  default: { before_failover: ['1s', '5s'], last_channel: ['30s', '2m', '10m', '1h'] },
  critical: { last_channel: ['1s', '5s', '30s', '2m', '10m'] },
};

/** The type's own word first (for the priority, then for any), then the file's defaults, then what is built in. */
function resolve(
  file: NotificationTypesFile,
  own: TypeEntry,
): Omit<NotificationTypeSettings, keyof NotificationTypeTitles> {
  const levels = [own.retry, file.defaults.retry, BUILT_IN_RETRY];
  const scheduleOf = (priority: Priority, name: keyof RetrySchedules): readonly RungName[] =>
    levels.flatMap((level) => [level?.[priority]?.[name], level?.default?.[name]]).find((each) => each !== undefined) ??
    [];
  const byPriority = Object.fromEntries(
    PRIORITIES.map((priority) => [
      priority,
      {
        before_failover: scheduleOf(priority, 'before_failover'),
        last_channel: scheduleOf(priority, 'last_channel'),
      },
    ]),
  ) as Record<Priority, RetrySchedules>;
  const isRequired = own.required ?? file.defaults.required ?? BUILT_IN.required;
  return {
    isRequired,
    hasUnsubscribe: !isRequired && (own.unsubscribe ?? file.defaults.unsubscribe ?? BUILT_IN.unsubscribe),
    contentRetentionDays:
      own.content_retention_days ?? file.defaults.content_retention_days ?? BUILT_IN.content_retention_days,
    onUnknown: own.on_unknown ?? file.defaults.on_unknown ?? BUILT_IN.on_unknown,
    // What nobody can opt out of is not held back either, unless the type itself says so.
    onUserCap: own.user_cap ?? (isRequired ? 'exempt' : (file.defaults.user_cap ?? BUILT_IN.user_cap)),
    onQuietHours: own.quiet_hours ?? (isRequired ? 'exempt' : (file.defaults.quiet_hours ?? BUILT_IN.quiet_hours)),
    retryFor: (priority) => byPriority[priority],
  };
}

/** @param file valid by `notificationTypesFileSchema`; default: nothing is registered. */
export function createNotificationTypes(file: NotificationTypesFile = { defaults: {}, types: {} }): NotificationTypes {
  const unregistered = resolve(file, {});
  const registered = new Map(
    Object.entries(file.types).map(([name, own]) => [name, { ...titlesOf(name, own), ...resolve(file, own) }]),
  );
  const settingsOf = (name: string) => registered.get(name) ?? { ...titlesOf(name, {}), ...unregistered };
  return {
    settingsOf,
    names: () => [...registered.keys()],
    list: () =>
      ['default', ...registered.keys()].map((name) => {
        const settings = settingsOf(name);
        return {
          notification_type: name,
          title: settings.title,
          titles: settings.titles,
          required: settings.isRequired,
          unsubscribe: settings.hasUnsubscribe,
          on_unknown: settings.onUnknown,
          user_cap: settings.onUserCap,
          quiet_hours: settings.onQuietHours,
          content_retention_days: settings.contentRetentionDays,
          retry: Object.fromEntries(PRIORITIES.map((priority) => [priority, settings.retryFor(priority)])) as Record<
            Priority,
            RetrySchedules
          >,
        };
      }),
  };
}
