/** What a receipt says became of a message. */
export const RECEIPT_STATUSES = ['delivered', 'bounced', 'undelivered', 'complained', 'opened'] as const;
export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

/** One POST of the vendor's, signed as the vendor does. */
export interface Receipt {
  /** At the api-gateway, with its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** The vendor's receipt for one message. Undefined: this vendor does not tell that. */
export type WriteReceipt = (status: ReceiptStatus) => Receipt | undefined;

/** The password of HTTP's Basic scheme: what the client proved to be its own, and what the vendor signs with. */
export function basicPassword(authorization: string | undefined): string {
  const pair = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}
