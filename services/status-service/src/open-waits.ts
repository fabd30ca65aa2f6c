import type { NotificationRecord } from './fold-events.ts';
import type { Progress } from './progress.ts';
import { progressOfHops } from './progress-of-all.ts';
import { openWaitsAt, type Wait } from './waits.ts';

/** What a notification waits for now: nothing once it went on, was cancelled or has arrived. With mode `all` each channel waits for itself. */
export function openWaits(record: NotificationRecord): Wait[] {
  const { status, mode, plan, timeline } = record;
  if (status === 'cancelled') return [];
  const ends: Progress[] = mode === 'all' ? progressOfHops(plan, timeline) : [record];
  return ends.filter((end) => end.status === 'scheduled').flatMap((end) => openWaitsAt(end, timeline));
}
