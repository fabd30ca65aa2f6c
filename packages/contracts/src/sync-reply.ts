import Joi from 'joi';
import { type AttemptJson, attemptJsonSchema } from './attempt.ts';
import { CHANNELS, type Channel } from './channels.ts';
import type { Skip } from './envelope.ts';
import { STATUSES, type Status } from './statuses.ts';

/** What the hop that ends a synchronous notification sends to the gateway that waits for it. */
export interface SyncReplyJson {
  version: 1;
  notification_id: string;
  status: Status;
  channel?: Channel;
  attempts: AttemptJson[];
  /** Channels that were passed over. */
  skipped?: Skip[];
}
export const syncReplySchema = Joi.object<SyncReplyJson>({
  version: Joi.valid(1).required(),
  notification_id: Joi.string().guid().required(),
  status: Joi.valid(...STATUSES).required(),
  channel: Joi.valid(...CHANNELS),
  attempts: Joi.array().items(attemptJsonSchema.unknown()).required(),
  skipped: Joi.array().items(Joi.object({ channel: Joi.valid(...CHANNELS), reason: Joi.string() })),
})
  .unknown()
  .required();
