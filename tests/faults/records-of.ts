import type { NotificationJson } from '@notify/contracts';
import { api } from '../e2e/system.ts';
import { forEach } from './load.ts';

/** The records of these, in their order. @throws when one is not there. */
export async function recordsOf(ids: readonly string[]): Promise<NotificationJson[]> {
  const records: NotificationJson[] = [];
  await forEach(ids.length, async (index) => {
    const { status, body } = await api('GET', `/api/v1/notifications/${ids[index]}`);
    if (status !== 200) throw new Error(`GET notification: ${status}`);
    records[index] = body;
  });
  return records;
}
