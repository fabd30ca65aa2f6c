import type { Socket } from 'node:net';

/** The clients that wait for a slow answer, or for one that never comes. */
export class ConnectionHolds {
  readonly #releases = new Set<() => void>();
  #isStopping = false;

  /**
   * Waits while the client stays.
   * @param latencyMs `Infinity` waits for as long as it does.
   * @returns false when the client left, or the sandbox stops: there is nobody to answer any more.
   */
  wait(socket: Socket, latencyMs: number): Promise<boolean> {
    if (latencyMs === 0) return Promise.resolve(true);
    if (socket.destroyed || this.#isStopping) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (isStillThere: boolean) => {
        clearTimeout(timer);
        socket.off('close', leave);
        this.#releases.delete(leave);
        resolve(isStillThere);
      };
      const leave = () => finish(false);
      const timer = latencyMs === Infinity ? undefined : setTimeout(finish, latencyMs, true);
      socket.once('close', leave);
      this.#releases.add(leave);
    });
  }

  /** Ends every wait, now and later: the sandbox stops without waiting for those who wait for it. */
  releaseAll(): void {
    this.#isStopping = true;
    for (const release of [...this.#releases]) release();
  }
}
