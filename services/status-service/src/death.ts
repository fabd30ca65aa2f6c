import type { ReasonCode } from '@notify/contracts';

/** Why a message is in the failed queue. */
export interface Death {
  /** A reason code: `invalid_message`, `delivery_limit`, ... */
  reason: string;
  /** When the broker dead-lettered it: the queue, how often, and when. */
  queue?: string;
  count?: number;
  at?: string;
}

const REASON_CODE = /^[a-z0-9_.-]{1,64}$/;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const code = (value: unknown) => (typeof value === 'string' && REASON_CODE.test(value) ? value : undefined);

/** AMQP timestamps count seconds. */
function timeOf(value: unknown): string | undefined {
  const seconds = isObject(value) ? value['value'] : value;
  if (typeof seconds !== 'number') return undefined;
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/**
 * Reads the broker's account of a death before our own `reason` header: on a lane that header says why the message
 * was sent there (`transient`), and it is still on it when the delivery limit ends its life. Messages that a service
 * puts into the failed queue itself carry no x-death.
 */
export function deathOf(headers: Record<string, unknown>): Death {
  const deaths = headers['x-death'];
  // The latest comes first: a message that went over a retry rung has died there too, of its time-to-live.
  const latest = Array.isArray(deaths) && isObject(deaths[0]) ? deaths[0] : undefined;
  const reason =
    code(headers['x-last-death-reason']) ??
    code(latest?.['reason']) ??
    code(headers['reason']) ??
    code(headers['x-first-death-reason']) ??
    ('dead_lettered' satisfies ReasonCode);
  const queue = latest?.['queue'];
  const count = latest?.['count'];
  return {
    reason,
    queue: typeof queue === 'string' ? queue : undefined,
    count: typeof count === 'number' ? count : undefined,
    at: timeOf(latest?.['time']),
  };
}
