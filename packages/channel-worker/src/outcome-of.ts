import type { Attempt, ErrorClass } from '@notify/contracts';

/** What several calls (a push to several devices) amount to: the class that leaves most hope decides. */
const BY_HOPE: readonly ErrorClass[] = ['unknown', 'transient', 'config', 'permanent', 'recipient'];

function outcomeOfAll(attempts: readonly Attempt[]): 'sent' | 'delivered' | ErrorClass {
  if (attempts.some(({ status }) => status === 'delivered')) return 'delivered';
  if (attempts.some(({ status }) => status === 'sent')) return 'sent';
  return BY_HOPE.find((each) => attempts.some(({ errorClass }) => errorClass === each)) ?? 'permanent';
}

/** Whether the provider failed, so that another one of the channel may do better. An unknown may have been sent. */
export function mayAnotherProviderHelp(attempts: readonly Attempt[]): boolean {
  return ['transient', 'config'].includes(outcomeOfAll(attempts));
}

/**
 * What the provider calls of one go amount to. The last provider's word counts, since those before it failed;
 * when it failed as well, what leaves most hope among all of them.
 * @param attempts in the order in which they were made.
 */
export function outcomeOf(attempts: readonly Attempt[]): 'sent' | 'delivered' | ErrorClass {
  const ofLastProvider = attempts.filter(({ provider }) => provider === attempts.at(-1)?.provider);
  return outcomeOfAll(mayAnotherProviderHelp(ofLastProvider) ? attempts : ofLastProvider);
}
