/**
 * The broker did not confirm a message: it is away, blocked, refused it, or was silent for too long.
 * The message may or may not have been kept; publishing it again with the same id is always safe.
 */
export class BrokerUnavailableError extends Error {
  constructor(reason: string) {
    super(`The broker did not confirm the message: ${reason}`);
    this.name = 'BrokerUnavailableError';
  }
}
