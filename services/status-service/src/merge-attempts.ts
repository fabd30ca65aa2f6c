import type { AttemptJson } from '@notify/contracts';
import { compareInTurn } from './compare.ts';

/** Every field, in a fixed order: the time first, then the position, then whatever else tells two calls apart. */
function attemptKey(attempt: AttemptJson): (string | number)[] {
  return [
    attempt.started_at,
    attempt.epoch,
    attempt.hop,
    attempt.attempt,
    attempt.channel,
    attempt.provider,
    attempt.status,
    attempt.provider_message_id ?? '',
    attempt.error_class ?? '',
    attempt.error_code ?? '',
    attempt.duration_ms,
  ];
}

const compareAttempts = (a: AttemptJson, b: AttemptJson) => compareInTurn(attemptKey(a), attemptKey(b));

/**
 * The provider calls of both lists, in the order in which they were made.
 * A call has no id, so that its content is its identity. Two calls of one event can look the same (two devices at
 * one vendor in the same millisecond), hence each stays as often as the list that has it most often says:
 * a repeated event then adds nothing.
 * @returns `kept` itself when `arrived` adds nothing.
 */
export function mergeAttempts(kept: AttemptJson[], arrived: readonly AttemptJson[]): AttemptJson[] {
  const unmatched = [...kept];
  const added: AttemptJson[] = [];
  for (const attempt of arrived) {
    const index = unmatched.findIndex((each) => compareAttempts(each, attempt) === 0);
    if (index === -1) added.push(attempt);
    else unmatched.splice(index, 1);
  }
  return added.length === 0 ? kept : [...kept, ...added].sort(compareAttempts);
}
