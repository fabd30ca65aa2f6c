import {
  AppError,
  type Channel,
  type Envelope,
  type NotificationTypeSettings,
  type NotificationTypes,
  type ReasonCode,
} from '@notify/contracts';
import {
  type Address,
  addressesOn,
  channelsOf,
  channelsWithContent,
  contentFor,
  endOfQuietHours,
  MissingVariablesError,
  type Reachable,
  type RenderedContent,
  reachableFromContacts,
  reachableFromProfile,
  reasonToSkip,
  renderTemplate,
  type TemplateCatalogue,
  TemplateRenderError,
  type UnsubscribeLinks,
  type UserDirectory,
  withUnsubscribeUrl,
} from '@notify/enrichment';

export type Prepared =
  | { state: 'ready'; addresses: Address[]; content: RenderedContent; unsubscribeUrl?: string }
  /** This channel can't be used. */
  | { state: 'skip'; reason: ReasonCode }
  /** No channel can be used. */
  | { state: 'hopeless'; reason: ReasonCode }
  /** Its recipient is to be left alone until then. */
  | { state: 'quiet'; until: string }
  /** A service of ours is away: try again later, it is not this notification's fault. */
  | { state: 'defer'; reason: ReasonCode };

export interface Enrichment {
  users: UserDirectory;
  templates: TemplateCatalogue;
  links: UnsubscribeLinks;
}

async function reachableOf(envelope: Envelope, users: UserDirectory): Promise<Reachable | undefined> {
  if (envelope.recipient.to !== undefined) return reachableFromContacts(envelope.recipient.to);
  if (envelope.isResumed) users.drop(envelope.recipient.userId);
  const profile = await users.lookUp(envelope.recipient.userId);
  return profile === undefined ? undefined : reachableFromProfile(profile);
}

/** Undefined: it is no quiet time, or nothing that has to keep to it. */
function quietUntil(
  { priority }: Envelope,
  { preferences, timezone }: Reachable,
  { onQuietHours }: NotificationTypeSettings,
): Date | undefined {
  const hours = preferences?.quietHours;
  if (hours === undefined || priority === 'critical' || onQuietHours === 'exempt') return undefined;
  return endOfQuietHours(hours, timezone, new Date());
}

/** The devices whose provider is in use. One that came with the request belongs to the first. */
function devicesInReach(devices: readonly Address[], providers: readonly string[]): Address[] {
  return devices
    .map(({ address, provider = providers[0] }) => ({ address, provider }))
    .filter(({ provider }) => provider !== undefined && providers.includes(provider));
}

/**
 * Finds out whom to send what on this channel, as things are now: preferences may have changed since the gateway planned.
 * Answers from memory when it can. Before something is put off for hours, the user is looked up afresh.
 * @param providers the names of those in use, in the order of preference.
 */
export async function prepare(
  envelope: Envelope,
  channel: Channel,
  enrichment: Enrichment,
  types: NotificationTypes,
  providers: readonly string[],
): Promise<Prepared> {
  const prepared = await prepareWithUser(envelope, channel, enrichment, types, providers);
  // The record may have heard of a change before we do: then nobody would wake what is put off by the hours of before.
  if (prepared.state !== 'quiet' || envelope.isResumed) return prepared;
  return prepareWithUser({ ...envelope, isResumed: true }, channel, enrichment, types, providers);
}

async function prepareWithUser(
  envelope: Envelope,
  channel: Channel,
  { users, templates, links }: Enrichment,
  types: NotificationTypes,
  providers: readonly string[],
): Promise<Prepared> {
  try {
    const reachable = await reachableOf(envelope, users);
    if (reachable === undefined) return { state: 'hopeless', reason: 'user_not_found' };

    const template =
      envelope.template === undefined
        ? undefined
        : await templates.lookUp(envelope.template.code, envelope.template.version);
    if (envelope.template !== undefined && template === undefined) {
      return { state: 'hopeless', reason: 'template_not_found' };
    }
    const locale = envelope.template?.locale ?? reachable.locale;
    const content = envelope.content ?? {};
    const withContent = template === undefined ? channelsWithContent(content) : channelsOf(template, locale);
    const { notificationType } = envelope;
    const settings = types.settingsOf(notificationType);
    const { isRequired, hasUnsubscribe } = settings;
    const reason = reasonToSkip(channel, { notificationType, isRequired, reachable, withContent });
    if (reason !== undefined) return { state: 'skip', reason };
    const known = addressesOn(channel, reachable);
    const addresses = channel === 'push' ? devicesInReach(known, providers) : known;
    if (addresses.length === 0) return { state: 'skip', reason: 'no_contact' };
    const { userId } = envelope.recipient;
    // Only of a user are preferences kept.
    const unsubscribeUrl = userId === undefined ? undefined : links.urlFor({ userId, notificationType });
    const rendered =
      template === undefined
        ? contentFor(channel, content)
        : renderTemplate(template, channel, locale, withUnsubscribeUrl(envelope.variables, unsubscribeUrl));
    const quiet = quietUntil(envelope, reachable, settings);
    if (quiet !== undefined) return { state: 'quiet', until: quiet.toISOString() };
    return {
      state: 'ready',
      addresses,
      ...(channel === 'email' && hasUnsubscribe ? { unsubscribeUrl } : {}),
      content: rendered,
    };
  } catch (error) {
    if (error instanceof MissingVariablesError) return { state: 'skip', reason: 'missing_variables' };
    if (error instanceof TemplateRenderError) return { state: 'skip', reason: 'render_failed' };
    if (error instanceof AppError && error.code === 'dependency_unavailable') {
      return { state: 'defer', reason: 'dependency_unavailable' };
    }
    throw error;
  }
}
