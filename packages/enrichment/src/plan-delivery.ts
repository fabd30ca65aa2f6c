import { type Channel, DEFAULT_CHANNEL_ORDER, type Preferences, type ReasonCode, type Skip } from '@notify/contracts';
import { addressesOn, type Reachable } from './reachable.ts';

export interface PlanRequest {
  /** As the caller ordered them; undefined leaves the order to the user, else to the default. */
  requested: readonly Channel[] | undefined;
  notificationType: string;
  /** Nobody can opt out of this type. */
  isRequired: boolean;
  reachable: Reachable;
  /** The channels for which there is something to say. */
  withContent: ReadonlySet<Channel>;
}

export interface PlannedSkip extends Skip {
  reason: ReasonCode;
}

export interface DeliveryPlan {
  /** To be tried in this order. Empty: nothing can be delivered, and `skipped` says why. */
  channels: Channel[];
  skipped: PlannedSkip[];
}

/** What the user wants of this type. Types are named by callers: `constructor` is one like any other. */
function preferencesForType(preferences: Preferences | undefined, notificationType: string) {
  if (preferences === undefined || !Object.hasOwn(preferences.types, notificationType)) return undefined;
  return preferences.types[notificationType];
}

/** The user's order for this type, else in general, with the channels not named after those that are. */
function userOrder(preferences: Preferences | undefined, notificationType: string): Channel[] {
  const preferred = preferencesForType(preferences, notificationType)?.channelOrder ?? preferences?.channelOrder ?? [];
  return [...preferred, ...DEFAULT_CHANNEL_ORDER.filter((channel) => !preferred.includes(channel))];
}

/** Whether the person wants this type on this channel: what they say of the type, else in general, else yes. */
export function isChannelOn(preferences: Preferences | undefined, notificationType: string, channel: Channel): boolean {
  const forType = preferencesForType(preferences, notificationType)?.channels[channel];
  return forType ?? preferences?.channels[channel] ?? true;
}

/** Why this channel can't be used now, or undefined when it can. */
export function reasonToSkip(channel: Channel, request: Omit<PlanRequest, 'requested'>): ReasonCode | undefined {
  const { notificationType, isRequired, reachable } = request;
  if (!isRequired && !isChannelOn(reachable.preferences, notificationType, channel)) return 'opted_out';
  if (addressesOn(channel, reachable).length === 0) return 'no_contact';
  if (!request.withContent.has(channel)) return 'no_content';
  return undefined;
}

/**
 * The channels that a notification may use, in order, and why the others may not. Pure: the gateway calls it for an
 * early answer, the worker asks again for its own channel, since preferences can change in between.
 */
export function planDelivery(request: PlanRequest): DeliveryPlan {
  const plan: DeliveryPlan = { channels: [], skipped: [] };
  const order = request.requested ?? userOrder(request.reachable.preferences, request.notificationType);
  for (const channel of order) {
    const reason = reasonToSkip(channel, request);
    if (reason === undefined) plan.channels.push(channel);
    else plan.skipped.push({ channel, reason });
  }
  return plan;
}
