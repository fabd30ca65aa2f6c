import { check, type SyncReplyJson, syncReplySchema } from '@notify/contracts';
import type { Broker } from '@notify/messaging';

/** The answers of workers to this instance's synchronous notifications. */
export interface SyncReplies {
  /** Where workers answer to. */
  readonly queue: string;
  /**
   * Waits for one notification's outcome. Call it before publishing.
   * @returns undefined when the deadline passed first; delivery goes on then.
   */
  waitFor(notificationId: string, timeoutMs: number): { outcome: Promise<SyncReplyJson | undefined>; stop(): void };
}

export async function openSyncReplies(broker: Broker): Promise<SyncReplies> {
  const waiting = new Map<string, (reply: SyncReplyJson | undefined) => void>();
  const queue = await broker.openReplyQueue(({ body }) => {
    const result = check(syncReplySchema, JSON.parse(body.toString('utf8')));
    // What is no reply answers nobody: who waits is told at the deadline that delivery goes on.
    if (result.errors === undefined) waiting.get(result.value.notification_id)?.(result.value);
  });
  return {
    queue,
    waitFor(notificationId, timeoutMs) {
      let stop: () => void = () => {};
      const outcome = new Promise<SyncReplyJson | undefined>((resolve) => {
        const settle = (reply: SyncReplyJson | undefined) => {
          clearTimeout(timer);
          waiting.delete(notificationId);
          resolve(reply);
        };
        const timer = setTimeout(() => settle(undefined), timeoutMs);
        waiting.set(notificationId, settle);
        stop = () => settle(undefined);
      });
      return { outcome, stop };
    },
  };
}
