import { randomUUID } from 'node:crypto';
import type { WriteReceipt } from './receipt.ts';
import type { Provider, SandboxChannel } from './vendors.ts';

/** What the recipient would see, and the headers that it came with. */
export interface MessageContent {
  subject?: string;
  text?: string;
  html?: string;
  title?: string;
  body?: string;
  data?: Record<string, string>;
  /** Names in lower case. */
  headers: Record<string, string>;
}

/** A mail as it came over the wire; it is parsed only when somebody looks. */
export interface RawMail {
  rawMail: Buffer;
}

export interface ReceivedMessage {
  /** The id that the vendor answered with. */
  id: string;
  channel: SandboxChannel;
  provider: Provider;
  to: string;
  from: string;
  /** Null when the sender is not one of our services. */
  notificationId: string | null;
  receivedAt: Date;
  content: MessageContent | RawMail;
  /** Undefined where the vendor sends no receipts. */
  writeReceipt?: WriteReceipt;
}

export interface MessageFilter {
  channel?: SandboxChannel;
  /** The whole address; its case does not matter. */
  to?: string;
  notificationId?: string;
  /** The one that the vendor answered with. */
  id?: string;
  limit: number;
}

interface Entry {
  message: ReceivedMessage;
  /** Where the next older message of the same recipient, or notification, is; -1 when there is none. */
  olderOfRecipient: number;
  olderOfNotification: number;
}

/**
 * The newest messages, in memory. Adding one and forgetting the oldest cost the same however many there are; a look-up
 * by recipient or notification visits only that one's messages: each entry points to the next older of its kind.
 */
export class MessageStore {
  readonly #ring: Entry[] = [];
  readonly #newestOfRecipient = new Map<string, number>();
  readonly #newestOfNotification = new Map<string, number>();
  readonly #capacity: number;
  /** Position of the oldest entry still here; positions only grow. */
  #oldest = 0;
  /** Position of the next message. */
  #next = 0;
  #clearings = 0;
  /** A browser may remember versions from before a restart. */
  readonly #startedAs = randomUUID();

  /** @param capacity how many messages are kept. */
  constructor(capacity = 20_000) {
    this.#capacity = capacity;
  }

  get count(): number {
    return this.#next - this.#oldest;
  }

  /** Differs whenever what is here differs. */
  get version(): string {
    return `${this.#startedAs}.${this.#next}.${this.#clearings}`;
  }

  add(message: ReceivedMessage): void {
    if (this.count === this.#capacity) this.#forgetOldest();
    const position = this.#next;
    const recipient = message.to.toLowerCase();
    const entry = { message, olderOfRecipient: this.#newestOfRecipient.get(recipient) ?? -1, olderOfNotification: -1 };
    this.#newestOfRecipient.set(recipient, position);
    if (message.notificationId !== null) {
      entry.olderOfNotification = this.#newestOfNotification.get(message.notificationId) ?? -1;
      this.#newestOfNotification.set(message.notificationId, position);
    }
    this.#ring[position % this.#capacity] = entry;
    this.#next += 1;
  }

  /** Newest first. */
  list({ channel, to, notificationId, id, limit }: MessageFilter): ReceivedMessage[] {
    const recipient = to?.toLowerCase();
    const found: ReceivedMessage[] = [];
    for (const message of this.#candidates(recipient, notificationId)) {
      if (found.length >= limit) break;
      if (channel !== undefined && message.channel !== channel) continue;
      if (recipient !== undefined && message.to.toLowerCase() !== recipient) continue;
      if (notificationId !== undefined && message.notificationId !== notificationId) continue;
      if (id !== undefined && message.id !== id) continue;
      found.push(message);
    }
    return found;
  }

  clear(): void {
    this.#ring.length = 0;
    this.#newestOfRecipient.clear();
    this.#newestOfNotification.clear();
    this.#oldest = this.#next;
    this.#clearings += 1;
  }

  /** Walks the shortest chain that holds every match. */
  *#candidates(recipient: string | undefined, notificationId: string | undefined): Generator<ReceivedMessage> {
    if (notificationId !== undefined) {
      yield* this.#walk(this.#newestOfNotification.get(notificationId), (entry) => entry.olderOfNotification);
    } else if (recipient !== undefined) {
      yield* this.#walk(this.#newestOfRecipient.get(recipient), (entry) => entry.olderOfRecipient);
    } else {
      yield* this.#walk(this.#next - 1, (_entry, position) => position - 1);
    }
  }

  *#walk(start: number | undefined, older: (entry: Entry, position: number) => number): Generator<ReceivedMessage> {
    let position = start ?? -1;
    // A pointer to what has been forgotten ends the walk: everything behind it is older still.
    while (position >= this.#oldest) {
      const entry = this.#ring[position % this.#capacity];
      if (entry === undefined) return;
      yield entry.message;
      position = older(entry, position);
    }
  }

  #forgetOldest(): void {
    const message = this.#ring[this.#oldest % this.#capacity]?.message;
    if (message !== undefined) {
      const recipient = message.to.toLowerCase();
      if (this.#newestOfRecipient.get(recipient) === this.#oldest) this.#newestOfRecipient.delete(recipient);
      if (message.notificationId !== null && this.#newestOfNotification.get(message.notificationId) === this.#oldest) {
        this.#newestOfNotification.delete(message.notificationId);
      }
    }
    this.#oldest += 1;
  }
}
