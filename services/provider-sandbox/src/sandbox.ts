import type { Behaviour } from './behaviour.ts';
import { ConnectionHolds } from './connection-holds.ts';
import { FaultTable } from './fault-table.ts';
import { MessageStore, type ReceivedMessage } from './message-store.ts';
import type { ReceiptSender } from './receipt-sender.ts';
import { recipientRule } from './recipient-rules.ts';
import { PROVIDER_CHANNELS, type Provider } from './vendors.ts';

/** What all endpoints share: what arrived, what is to fail, who waits. */
export class Sandbox {
  readonly messages = new MessageStore();
  readonly faults = new FaultTable();
  readonly holds = new ConnectionHolds();
  readonly receipts: ReceiptSender;

  constructor(receipts: ReceiptSender) {
    this.receipts = receipts;
  }

  /** What this request meets: a fault that somebody ordered, else what its recipient always does, else nothing. */
  behaviourFor(provider: Provider, to: string): Behaviour | undefined {
    return this.faults.take({ provider, to }) ?? recipientRule(provider, to);
  }

  /** What a request to several meets: it is answered as one, by the first of them that meets anything. */
  behaviourForAny(provider: Provider, recipients: readonly string[]): Behaviour | undefined {
    for (const to of recipients) {
      const behaviour = this.behaviourFor(provider, to);
      if (behaviour !== undefined) return behaviour;
    }
    return undefined;
  }

  receive(provider: Provider, message: Omit<ReceivedMessage, 'channel' | 'provider' | 'receivedAt'>): void {
    const received = { ...message, provider, channel: PROVIDER_CHANNELS[provider], receivedAt: new Date() };
    this.messages.add(received);
    this.receipts.onReceived(received);
  }
}
