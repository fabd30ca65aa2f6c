import type { Vendor } from './bare/bare-messages.ts';
import type { Message } from './pipeline.ts';

/** The n-th message of a run: its recipient is nobody else's, so that the sandbox shows what is missing and what came twice. */
export function messageTo(vendor: Vendor, index: number): Message {
  return {
    to: vendor === 'http' ? `+1415${String(2_000_000 + index)}` : `bench-${index}@sandbox.test`,
    subject: 'Your order is on its way',
    body: `Order ${index} left our warehouse today and should reach you within three days. Thank you for shopping with us.`,
  };
}
