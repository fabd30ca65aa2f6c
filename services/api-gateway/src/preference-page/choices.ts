import {
  CALLER_ID_PATTERN,
  CHANNELS,
  type Channel,
  type NotificationTypes,
  type PreferenceSwitchesJson,
  type Profile,
} from '@notify/contracts';
import { addressesOn, isChannelOn, reachableFromProfile } from '@notify/enrichment';
import type { PageLanguage } from './page-language.ts';

/** Stands for every type that has no row of its own: the general switches. No type can be called so. */
const EVERYTHING_ELSE = '*';

/** One switch of the page. */
export interface Choice {
  channel: Channel;
  /** As it travels in the form. */
  field: string;
  isOn: boolean;
}
/** What a person can choose for one notification type. */
export interface ChoiceRow {
  title: string;
  choices: Choice[];
}

const fieldOf = (channel: Channel, type: string) => `${channel} ${type}`;
const isOn = ({ preferences }: Profile, channel: Channel, type: string) =>
  type === EVERYTHING_ELSE ? (preferences.channels[channel] ?? true) : isChannelOn(preferences, type, channel);

/**
 * The registered types that nobody has to get, the one of the link, and everything else, each with the channels on which the person can
 * be reached.
 */
export function choicesFor(
  profile: Profile,
  types: NotificationTypes,
  linkType: string,
  { words, locale }: PageLanguage,
): ChoiceRow[] {
  const reachable = reachableFromProfile(profile);
  const channels = CHANNELS.filter((channel) => addressesOn(channel, reachable).length > 0);
  const shown = [...new Set([linkType, ...types.names()])].filter((type) => !types.settingsOf(type).isRequired);
  const row = (type: string, title: string): ChoiceRow => ({
    title,
    choices: channels.map((channel) => ({
      channel,
      field: fieldOf(channel, type),
      isOn: isOn(profile, channel, type),
    })),
  });
  return [
    ...shown.map((type) => row(type, types.settingsOf(type).titleIn(locale))),
    row(EVERYTHING_ELSE, shown.length > 0 ? words.everythingElse : words.allMessages),
  ];
}

function parseField(field: string): { channel: Channel; type: string } | undefined {
  const [channel, type = ''] = field.split(' ') as [Channel, string?];
  if (!CHANNELS.includes(channel) || (type !== EVERYTHING_ELSE && !CALLER_ID_PATTERN.test(type))) return undefined;
  return { channel, type };
}

/**
 * What a filled-in form changes. Only switches that are not already so are set, so that a type of which the person has not said anything
 * goes on following the general ones.
 * @param shown the fields of the form as the person saw it. @param on those that are checked.
 */
export function switchesFor(
  profile: Profile,
  types: NotificationTypes,
  shown: readonly string[],
  on: ReadonlySet<string>,
): PreferenceSwitchesJson {
  const wanted = shown.flatMap((field) => {
    const parsed = parseField(field);
    return parsed === undefined ? [] : [{ ...parsed, isWanted: on.has(field) }];
  });
  const channels: Partial<Record<Channel, boolean>> = {};
  for (const { channel, type, isWanted } of wanted) {
    if (type === EVERYTHING_ELSE && isOn(profile, channel, type) !== isWanted) channels[channel] = isWanted;
  }
  const { preferences } = profile;
  const after = { ...preferences, channels: { ...preferences.channels, ...channels } };
  const byType = new Map<string, Partial<Record<Channel, boolean>>>();
  for (const { channel, type, isWanted } of wanted) {
    if (type === EVERYTHING_ELSE || types.settingsOf(type).isRequired) continue;
    if (isChannelOn(after, type, channel) !== isWanted) byType.set(type, { ...byType.get(type), [channel]: isWanted });
  }
  return {
    channels,
    types: Object.fromEntries([...byType].map(([type, switches]) => [type, { channels: switches }])),
  };
}
