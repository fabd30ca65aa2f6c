import type { RenderedContent } from '@notify/enrichment';

/** Of FCM and APNs: https://firebase.google.com/docs/cloud-messaging/concept-options, "4096 bytes". */
export const MAX_PUSH_PAYLOAD_BYTES = 4_096;

/** As long as the one that every push carries in its data. */
const NOTIFICATION_ID = '00000000-0000-7000-8000-000000000000';

/** What a push weighs, with the id that is sent along. Vendors add a little of their own. */
export function pushPayloadBytesOf({ title, body, data }: RenderedContent): number {
  const payload = { notification: { title, body }, data: { ...data, notification_id: NOTIFICATION_ID } };
  return Buffer.byteLength(JSON.stringify(payload));
}
