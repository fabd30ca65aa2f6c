import type { Vendor } from './bare/bare-messages.ts';

/** One request as the driver sends it. */
export interface HttpRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A message's recipient and words: the same for both pipelines. */
export interface Message {
  to: string;
  subject: string;
  body: string;
}

/** Process ids by the name they are shown under. */
export type ProcessIds = Record<string, number>;

/** What is measured: something that takes requests, hands messages to a vendor, and records that they were sent. */
export interface Pipeline {
  readonly name: 'bare' | 'full';
  /** Makes it ready for requests; resolves to its origin. */
  start(): Promise<string>;
  requestFor(vendor: Vendor, message: Message): HttpRequest;
  /** How many notifications accepted since then (Unix time in ms) its database holds as sent. */
  countRecorded(sinceMs: number): Promise<number>;
  /** Its own processes, without the servers. */
  processIds(): ProcessIds;
  /** @throws when one of its processes died since it was started. */
  assertAlive(): void;
  /** Leaves the machine to the other one. */
  stop(): Promise<void>;
}
