import type { AttemptJson } from './attempt.ts';
import type { Channel } from './channels.ts';
import type { Skip } from './envelope.ts';
import type { Status } from './statuses.ts';

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
