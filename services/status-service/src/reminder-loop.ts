import { setTimeout as sleep } from 'node:timers/promises';
import type { Publisher } from '@notify/messaging';
import { errorFields, inTransaction, type Lifecycle, type Logger } from '@notify/service-kit';
import { type Advance, advanceNotifications } from './advance-notifications.ts';
import { deadlineMessage } from './confirm-deadline.ts';
import { type KeptNotification, lockNotifications } from './kept-notification-store.ts';
import { movesAfterWaits, movesUnconfirmed, movesWhenDue } from './next-move.ts';
import type { RecordStorage } from './notification-store.ts';
import { isAt } from './progress.ts';
import { publishAll } from './publish-all.ts';
import type { Reminder } from './reminders.ts';
import type { StatusMetrics } from './status-metrics.ts';

/** Due within a second: half of it passes here at most. */
const POLL_INTERVAL_MS = 500;
const FAILED_POLL_MAX_DELAY_MS = 5_000;
/** In one transaction. The publisher has room for them even when each goes to all channels at once. */
const BATCH_SIZE = 500;
/** A reminder that overtook its notification's acceptance looks again so much later. */
const EARLY_REMINDER_DELAY_MS = 1_000;
/** An acceptance that is later than that never comes. */
const ACCEPTANCE_MAX_DELAY_MS = 3_600_000;

interface ReminderContext extends RecordStorage {
  publisher: Publisher;
  metrics: StatusMetrics;
  logger: Logger;
}

/** What can be done at once when its time has come. */
function movesOf(reminder: Reminder, notification: KeptNotification, at: string): Advance[] {
  if (reminder.kind === 'send') return movesWhenDue(notification, at);
  if (reminder.kind !== 'resume') return [];
  return movesAfterWaits(notification, ({ position, name }) => name === reminder.wait && isAt(position, reminder), at);
}

/** Whether its acceptance may still come. Where there is no row, it was removed. */
function isAwaited(notification: KeptNotification | undefined): boolean {
  if (notification === undefined || notification.record.isAccepted) return false;
  return Date.now() - Date.parse(notification.record.updatedAt) < ACCEPTANCE_MAX_DELAY_MS;
}

/**
 * Takes what is due and does it, in one transaction: whatever breaks, the reminders are there again.
 * @returns how many there were.
 * @throws what PostgreSQL and the broker throw while they are away.
 */
function answerReminders({ database, reminders, publisher, metrics }: ReminderContext): Promise<number> {
  return inTransaction(database, async (client) => {
    const due = await reminders.take(client, BATCH_SIZE);
    if (due.length === 0) return 0;
    const at = new Date().toISOString();
    const locked = await lockNotifications(
      client,
      due.map(({ notificationId }) => notificationId),
    );
    const kept = new Map(locked.map((each) => [each.record.notificationId, each]));
    const moves = due.flatMap((reminder) => {
      const notification = kept.get(reminder.notificationId);
      return notification === undefined ? [] : movesOf(reminder, notification, at);
    });
    await advanceNotifications(client, publisher, moves);
    const unconfirmed = due.filter((reminder) => {
      const notification = kept.get(reminder.notificationId);
      // Of several reminders of one notification only one can be for the place where it is.
      return (
        reminder.kind === 'confirm' &&
        notification !== undefined &&
        movesUnconfirmed(notification, reminder, at).length > 0
      );
    });
    await publishAll(publisher, unconfirmed.map(deadlineMessage));
    const later = new Date(Date.now() + EARLY_REMINDER_DELAY_MS).toISOString();
    const early = due.filter(({ notificationId }) => isAwaited(kept.get(notificationId)));
    await reminders.add(
      client,
      early.map((reminder) => ({ ...reminder, at: later })),
    );
    metrics.reminders.inc(due.length);
    return due.length;
  });
}

/** Answers reminders until the service stops. Several instances share them; each takes what no other has in hand. */
export function startReminderLoop(context: ReminderContext, lifecycle: Lifecycle): void {
  const stop = new AbortController();
  const pause = (delayMs: number) => sleep(delayMs, undefined, { signal: stop.signal }).catch(() => {});

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        const count = await answerReminders(context);
        failures = 0;
        // A full batch: there may be more that is due.
        if (count < BATCH_SIZE) await pause(POLL_INTERVAL_MS);
      } catch (error) {
        if (failures === 0) context.logger.warn('reminders can not be answered now', errorFields(error));
        failures += 1;
        await pause(Math.min(POLL_INTERVAL_MS * 2 ** failures, FAILED_POLL_MAX_DELAY_MS));
      }
    }
  }

  const running = run();
  lifecycle.onShutdown('reminder loop', async () => {
    stop.abort();
    await running;
  });
}
