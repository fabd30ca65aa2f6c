import { type Channel, type Envelope, parseEnvelope } from '@notify/contracts';

/** What a lane's message says, or why it is no message for this lane. */
export function parseMessage(
  body: Buffer,
  channel: Channel,
): { envelope: Envelope; problem?: never } | { envelope?: never; problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return { problem: 'not JSON' };
  }
  const parsed = parseEnvelope(json);
  if (parsed.problem !== undefined) return { problem: parsed.problem };
  const { envelope } = parsed;
  if (envelope.plan[envelope.hop] !== channel) return { problem: `its hop is not on the channel ${channel}` };
  return { envelope };
}
