import {
  ALL_TOPIC,
  AppError,
  check,
  type InboxFrame,
  type InboxItemJson,
  type NotificationEventJson,
  notificationEventSchema,
  notificationFrame,
  notificationTopic,
  type ServerFrame,
  userTopic,
} from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import { errorFields, type Logger, type ServiceClient } from '@notify/service-kit';

/** Whoever listens to topics. */
export interface Listener {
  /** Whether it may hear what inbox items say. */
  readonly readsInboxes: boolean;
  send(text: string): void;
}

/** The events of all notifications, given out by topic. The broker sends them here only while somebody listens. */
export interface LiveFeed {
  /** Resolves once everything that happens comes. @throws AppError `dependency_unavailable` while the broker is away. */
  listen(listener: Listener, topic: string): Promise<void>;
  stop(listener: Listener, topic: string): void;
}

export async function openLiveFeed(
  broker: Broker,
  { inAppService, logger }: { inAppService: ServiceClient; logger: Logger },
): Promise<LiveFeed> {
  const listeners = new Map<string, Set<Listener>>();
  /** Everything up to then has come. */
  let completeUntil = new Date();

  const subscription = await broker.subscribe({
    routingKeys: ['notification.#'],
    isPaused: true,
    onMessage({ body }) {
      completeUntil = new Date();
      void giveOut(JSON.parse(body.toString('utf8'))).catch((error: unknown) =>
        logger.error('an event could not be given out', errorFields(error)),
      );
    },
    onReconnect() {
      const since = completeUntil.toISOString();
      for (const [topic, each] of listeners) sendTo(each, { type: 'missed', topic, since });
    },
  });

  async function giveOut(json: NotificationEventJson): Promise<void> {
    const { notification_id: id, user_id: userId } = json;
    const ofUser = userId === undefined ? undefined : listeners.get(userTopic(userId));
    const interested = new Set<Listener>();
    for (const each of [listeners.get(ALL_TOPIC), listeners.get(notificationTopic(id)), ofUser]) {
      for (const listener of each ?? []) interested.add(listener);
    }
    if (interested.size === 0) return;
    const result = check(notificationEventSchema, json);
    // status-service takes it to the failed queue, where operators see it.
    if (result.errors !== undefined) return;
    const event = result.value;
    const about = { id, notificationType: event.notification_type, userId };
    for (const entry of event.timeline) sendTo(interested, notificationFrame(about, entry));
    const isInInbox = event.timeline.some((entry) => entry.event === 'delivered' && entry.channel === 'in_app');
    if (isInInbox && userId !== undefined && inboxReadersOf(userId).length > 0) await giveOutItems(userId, id);
  }

  function inboxReadersOf(userId: string): Listener[] {
    return [...(listeners.get(userTopic(userId)) ?? [])].filter(({ readsInboxes }) => readsInboxes);
  }

  /** What it says does not travel through the broker; it is fetched only for a user who is there. */
  async function giveOutItems(userId: string, notificationId: string): Promise<void> {
    try {
      const path = `/notifications/${notificationId}/items`;
      const { data } = await inAppService.request<{ data: InboxItemJson[] }>('GET', path);
      for (const item of data) sendTo(inboxReadersOf(userId), inboxFrame(userId, item));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // The frame `notification.delivered` has told of it.
      logger.info('an inbox item was not pushed', { notification_id: notificationId, ...errorFields(error) });
    }
  }

  return {
    async listen(listener, topic) {
      if (!broker.isReady) throw new AppError('dependency_unavailable', 'The message broker is unavailable; try again');
      const isFirst = listeners.size === 0;
      const others = listeners.get(topic);
      if (others === undefined) listeners.set(topic, new Set([listener]));
      else others.add(listener);
      // Also when others listen: the first of them may still be waiting.
      await subscription.resume();
      if (isFirst) completeUntil = new Date();
    },
    stop(listener, topic) {
      const others = listeners.get(topic);
      if (!others?.delete(listener)) return;
      if (others.size === 0) listeners.delete(topic);
      if (listeners.size === 0) void subscription.pause();
    },
  };
}

export function inboxFrame(userId: string, item: InboxItemJson): InboxFrame {
  return { type: 'inbox.added', id: item.id, user_id: userId, item, at: item.created_at };
}

function sendTo(listeners: Iterable<Listener> = [], frame: ServerFrame): void {
  const text = JSON.stringify(frame);
  for (const listener of listeners) listener.send(text);
}
