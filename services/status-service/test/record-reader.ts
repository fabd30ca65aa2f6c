import type { NotificationJson, Status } from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { eventually } from '@notify/testing';
import type { TestBed } from './running-service.ts';

type Service = Pick<Awaited<ReturnType<TestBed['start']>>, 'get'>;

/** Reads what the record says of a notification. @param timeoutMs how long to wait for a status. Default 10,000. */
export function recordReader(service: () => Service | undefined, timeoutMs?: number) {
  /** @throws when there is no such notification. */
  async function read(id: string): Promise<NotificationJson> {
    const answer = await service()?.get<NotificationJson>(`/notifications/${id}`);
    if (answer?.status !== 200) throw new Error(JSON.stringify(answer));
    return answer.body;
  }
  /** Once it has this status. */
  const readAs = (id: string, status: Status): Promise<NotificationJson> =>
    eventually(async () => {
      const notification = await read(id);
      return notification.status === status && notification;
    }, timeoutMs);
  return { read, readAs };
}

/** Of what came to a queue, what is about this notification. */
export const deliveriesOf = (deliveries: Delivery[], notificationId: string): Delivery[] =>
  deliveries.filter(({ headers }) => headers['notification_id'] === notificationId);

/** The timeline in words. */
export const trail = ({ timeline }: NotificationJson): string[] =>
  timeline.map(({ event, channel, reason }) => [event, channel, reason].filter(Boolean).join(' '));
