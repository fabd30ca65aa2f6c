import { PassThrough, pipeline, type Readable } from 'node:stream';

/** Knows whether any of a message left for the server: from then on, a lost connection leaves the outcome unknown. */
export interface BodyWatch {
  /** True once the server said "go ahead" to DATA and the first bytes were handed to the connection. */
  readonly hasLeft: boolean;
  /** Stands between the composed message and the connection (nodemailer's `processFunc`). */
  attach(message: Readable): Readable;
}

/** nodemailer names the command only in replies; for a connection that broke it says `CONN`, whatever was under way. */
export function createBodyWatch(): BodyWatch {
  const streams: PassThrough[] = [];
  return {
    get hasLeft() {
      return streams.some((stream) => stream.readableDidRead);
    },
    attach(message) {
      const stream = new PassThrough();
      streams.push(stream);
      // The error reaches the reader of `stream`: pipeline destroys it.
      return pipeline(message, stream, () => {});
    },
  };
}
