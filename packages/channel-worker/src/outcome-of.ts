import type { Attempt, ErrorClass } from '@notify/contracts';

export type Outcome = 'sent' | 'delivered' | ErrorClass;

/** Of several, the first of these decides: what has arrived, then what leaves most hope. */
const BEST_FIRST: readonly Outcome[] = [
  'delivered',
  'sent',
  'unknown',
  'transient',
  'config',
  'permanent',
  'recipient',
];

function bestOf(outcomes: readonly (Outcome | undefined)[]): Outcome {
  return BEST_FIRST.find((each) => outcomes.includes(each)) ?? 'permanent';
}

/** Whether the provider failed, so that another one of the channel may do better. An unknown may have been sent. */
export function mayAnotherProviderHelp({ errorClass }: Attempt): boolean {
  return errorClass === 'transient' || errorClass === 'config';
}

/**
 * What the calls to one address amount to. The last provider's word counts, since those before it failed; when it failed as well, what
 * leaves most hope among all of them. Without a call it may work later: nobody could be asked.
 */
function outcomeAt(attempts: readonly Attempt[]): Outcome {
  const last = attempts.at(-1);
  if (last === undefined) return 'transient';
  if (last.status === 'sent' || last.status === 'delivered') return last.status;
  return bestOf((mayAnotherProviderHelp(last) ? attempts : [last]).map(({ errorClass }) => errorClass));
}

/**
 * What the provider calls of one go amount to; a push has several addresses.
 * @param calls in the order in which they were made.
 */
export function outcomeOf(
  addresses: readonly string[],
  calls: readonly { address: string; attempt: Attempt }[],
): Outcome {
  return bestOf(
    addresses.map((address) =>
      outcomeAt(calls.filter((call) => call.address === address).map(({ attempt }) => attempt)),
    ),
  );
}
