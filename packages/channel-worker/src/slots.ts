import type { Priority } from '@notify/contracts';
import pLimit from 'p-limit';

/** Runs `work` when one of the provider's slots is free. */
export type Slots = <T>(priority: Priority, work: () => Promise<T>) => Promise<T>;

/** How many of a provider's slots low-priority messages may hold. */
export const lowSlots = (size: number): number => Math.max(1, Math.floor(size / 2));

/**
 * The slots of one provider, shared by the lanes of its channel so that a critical message always finds one: low may hold half of
 * them, all but critical together three quarters. With fewer than four slots nothing can be kept back from the others but one.
 * @param size how many calls the provider takes at once; with one slot there is nothing to reserve.
 */
export function createSlots(size: number): Slots {
  const all = pLimit(size);
  const notCritical = pLimit(Math.max(1, size - Math.ceil(size / 4)));
  const low = pLimit(lowSlots(size));
  return (priority, work) => {
    if (priority === 'critical') return all(work);
    if (priority === 'low') return low(() => notCritical(() => all(work)));
    return notCritical(() => all(work));
  };
}
