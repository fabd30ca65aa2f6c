import { parseUserErased, USER_ERASED } from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import type { LiveSockets } from './live-sockets.ts';

/** Ends the sockets of whoever is erased. One that is missed here hears it again: an erasure is told several times. */
export async function endErasedUsers(broker: Broker, sockets: LiveSockets): Promise<void> {
  await broker.subscribe({
    routingKeys: [USER_ERASED],
    onMessage({ body }) {
      const parsed = parseUserErased(body.toString('utf8'));
      if (parsed.problem === undefined) sockets.endErased(parsed.erasure);
    },
  });
}
