import { randomUUID } from 'node:crypto';
import { type ChangedJson, EVENTS_EXCHANGE, TEMPLATE_CHANGED } from '@notify/contracts';
import type { Publisher } from '@notify/messaging';
import { errorFields, type Logger } from '@notify/service-kit';

/** Tells every cache to ask anew which version of a template is current. Call it after the commit. */
export type AnnounceTemplateChanged = (code: string) => void;

/** Nobody waits for it: what is lost while the broker is away, the caches make good by their own expiry. */
export function createTemplateChangedAnnouncer(publisher: Publisher, logger: Logger): AnnounceTemplateChanged {
  return (code) => {
    const body: ChangedJson = { version: 1, id: code };
    publisher
      .publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: TEMPLATE_CHANGED,
        messageId: randomUUID(),
        body,
        mandatory: false,
      })
      .catch((error: unknown) => logger.warn('caches were not told of a changed template', errorFields(error)));
  };
}
