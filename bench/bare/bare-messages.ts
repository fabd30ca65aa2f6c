/** Which vendor a run goes through: Twilio's HTTP API for SMS, or SMTP for email. */
export type Vendor = 'http' | 'smtp';

export const VENDORS: readonly Vendor[] = ['http', 'smtp'];

/** What is asked for, and what waits in the queue of deliveries with the id and the time it was accepted. */
export interface SendRequest {
  vendor: Vendor;
  to: string;
  subject: string;
  body: string;
}

export interface Delivery extends SendRequest {
  id: string;
  accepted_at: string;
}

/** What waits in the queue of outcomes: one row. */
export interface Outcome {
  id: string;
  vendor: Vendor;
  provider_message_id: string;
  accepted_at: string;
  handed_over_at: string;
}
