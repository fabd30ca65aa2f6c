import { type Position, STATUS_RANK, STATUSES, type Status } from '@notify/contracts';
import { compareInTurn } from './compare.ts';

/** A status, and where in the plan it was reached. */
export interface Progress extends Position {
  status: Status;
  /** It is `unknown` only because nothing was heard of it (see isGuessEntry): what a worker says of that very try is worth more. */
  isGuess?: boolean;
}

/** More than `processing`, and less than whatever a worker says came of it. */
const GUESS_RANK = STATUS_RANK.processing + 0.5;

export const isAt = (a: Position, b: Position): boolean =>
  a.epoch === b.epoch && a.hop === b.hop && a.attempt === b.attempt;

/** What arrived has arrived: nothing that another hop reports takes it back. */
function absorption(status: Status): number {
  return status === 'read' ? 2 : status === 'delivered' ? 1 : 0;
}

/** Positive when `a` is further along than `b`. Total, so that the furthest of many does not depend on their order. */
export function compareProgress(a: Progress, b: Progress): number {
  return compareInTurn(progressKey(a), progressKey(b));
}

function progressKey({ status, epoch, hop, attempt, isGuess = false }: Progress): number[] {
  // What is cancelled stays so until it is replayed: a worker that had not heard of it may still report a skip or a wait.
  const isCancelled = status === 'cancelled' ? 1 : 0;
  // Some statuses share a rank; their place in the list then decides, only so that something fixed does.
  const rank = isGuess ? GUESS_RANK : STATUS_RANK[status];
  return [absorption(status), epoch, isCancelled, hop, attempt, rank, STATUSES.indexOf(status)];
}
