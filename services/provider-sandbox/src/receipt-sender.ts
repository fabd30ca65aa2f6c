import type { Logger } from '@notify/service-kit';
import type { ReceivedMessage } from './message-store.ts';
import type { Receipt } from './receipt.ts';

export const AUTO_RECEIPTS = ['delivered', 'none'] as const;
export type AutoReceipts = (typeof AUTO_RECEIPTS)[number];

const TIMEOUT_MS = 10_000;

/** Brings the vendors' receipts to the api-gateway. */
export class ReceiptSender {
  /** Whether every message gets a receipt by itself. */
  autoReceipts: AutoReceipts = 'none';
  readonly #gatewayUrl: string;
  readonly #logger: Logger;

  constructor(gatewayUrl: string, logger: Logger) {
    this.#gatewayUrl = gatewayUrl;
    this.#logger = logger;
  }

  /** @returns the status that was answered. @throws whatever `fetch` does when there is no answer in time. */
  async send({ path, headers, body }: Receipt): Promise<number> {
    const response = await fetch(new URL(path, this.#gatewayUrl), {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  }

  /** A message arrived. Nobody waits for its receipt, so what goes wrong is only logged. */
  onReceived({ provider, writeReceipt }: ReceivedMessage): void {
    if (this.autoReceipts === 'none') return;
    const receipt = writeReceipt?.(this.autoReceipts);
    if (receipt === undefined) return;
    this.send(receipt).then(
      (status) => {
        if (status >= 300) this.#logger.warn('a receipt was refused', { provider, status });
      },
      () => this.#logger.warn('a receipt could not be brought', { provider }),
    );
  }
}
