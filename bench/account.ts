import type { Driven } from './driver.ts';
import type { Arrival } from './sandbox-inbox.ts';

/** What is not as it should be; all zero when nothing was lost and nothing came twice. */
export interface Account {
  /** Requests without a 202. */
  refused: number;
  /** Accepted, and never at the vendor. */
  lost: number;
  /** At the vendor more than once. */
  duplicated: number;
  /** Accepted, and not recorded as sent. */
  unrecorded: number;
}

/** @param recipientOf the recipient of the n-th request */
export function accountOf(
  { acceptedAtMs, refused }: Driven,
  arrivals: readonly Arrival[],
  recorded: number,
  recipientOf: (index: number) => string,
): Account {
  const arrived = new Set(arrivals.map(({ to }) => to));
  const missing = acceptedAtMs.reduce(
    (sum, at, index) => (Number.isNaN(at) || arrived.has(recipientOf(index)) ? sum : sum + 1),
    0,
  );
  return {
    refused,
    lost: missing,
    duplicated: arrivals.length - arrived.size,
    unrecorded: Math.max(0, acceptedAtMs.length - refused - recorded),
  };
}

export const isClean = (account: Account): boolean => Object.values(account).every((count) => count === 0);

export function sumOf(accounts: readonly Account[]): Account {
  const sum = (key: keyof Account): number => accounts.reduce((total, account) => total + account[key], 0);
  return { refused: sum('refused'), lost: sum('lost'), duplicated: sum('duplicated'), unrecorded: sum('unrecorded') };
}
