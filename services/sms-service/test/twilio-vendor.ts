import type { RequestListener } from 'node:http';
import type { Provider } from '@notify/channel-worker';
import { outgoingDelivery, type VendorBed } from '@notify/testing';
import { createTwilioProvider } from '../src/providers/twilio.ts';
import type { TwilioConfig } from '../src/providers/twilio-config.ts';

/** A provider that takes this address for Twilio's, until the test's end. */
export function twilioAt(bed: VendorBed, url: string, settings: Partial<TwilioConfig> = {}): Provider {
  return bed.untilTestEnds(
    createTwilioProvider(
      {
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: 'token',
        TWILIO_FROM: '+15005550006',
        TWILIO_API_URL: url,
        TWILIO_STATUS_CALLBACK_BASE: 'https://notify.example.test',
        ...settings,
      },
      30_000,
    ),
  );
}

/** Twilio's yes. */
export const accepting: RequestListener = (_request, response) => {
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid: 'SM1', status: 'queued' }));
};

export const deliveryTo = (address: string) => outgoingDelivery(address, { body: 'Hello there' });
