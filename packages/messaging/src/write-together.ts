import type { Writable } from 'node:stream';

/**
 * What is written within one turn of the event loop leaves in one system call. amqplib makes one of each publish and each acknowledgement:
 * they were an eighth of what a worker's CPU did, and the broker has to read as often. Nothing waits longer than for the turn's end.
 * @param stream open; its `write` is replaced. What that returns, and `drain`, mean what they meant.
 */
export function writeTogether(stream: Writable): void {
  const write = stream.write.bind(stream);
  let isHeld = false;
  stream.write = ((...parts: Parameters<typeof write>) => {
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      process.nextTick(() => {
        isHeld = false;
        stream.uncork();
      });
    }
    return write(...parts);
  }) as typeof stream.write;
}
