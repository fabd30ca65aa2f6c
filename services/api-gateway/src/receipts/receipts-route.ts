import { AppError } from '@notify/contracts';
import { type Broker, BrokerUnavailableError, type OutgoingMessage } from '@notify/messaging';
import { counter, type Logger, type Metrics } from '@notify/service-kit';
import express, { type Router } from 'express';
import type { Redis } from 'ioredis';
import { MAILGUN_MAX_AGE_SECONDS, mailgunReceipts } from './mailgun-receipts.ts';
import { createOnceOnlyTokens } from './once-only-tokens.ts';
import { onesignalReceipts } from './onesignal-receipts.ts';
import { receiptMessages } from './receipt-messages.ts';
import type { ReceiptsConfig } from './receipts-config.ts';
import { sendgridReceipts } from './sendgrid-receipts.ts';
import { twilioReceipts } from './twilio-receipts.ts';
import type { VendorReceipts, VendorRequest } from './vendor-receipts.ts';

const VENDORS: readonly VendorReceipts[] = [sendgridReceipts, mailgunReceipts, twilioReceipts, onesignalReceipts];

/** A large request must not take all the room that the publisher has for unconfirmed messages. */
const PUBLISHED_AT_ONCE = 500;

export interface ReceiptsDependencies {
  broker: Pick<Broker, 'publish'>;
  redis: Redis;
  logger: Logger;
  metrics: Metrics;
}

/**
 * `POST /receipts/<vendor>`: 204 once the broker has everything that a request tells. Reads its bodies itself, since signatures cover
 * them byte by byte: to be mounted before the parser of JSON bodies.
 */
export function receiptsRoute(config: ReceiptsConfig, dependencies: ReceiptsDependencies): Router {
  const { broker, redis, logger } = dependencies;
  const tokens = createOnceOnlyTokens(redis, MAILGUN_MAX_AGE_SECONDS);
  const requests = counter(
    dependencies.metrics,
    'receipt_requests_total',
    'Requests with receipts, by what became of them',
    ['provider', 'result'],
  );
  const unconfigured = new Set<string>();

  function requireSettings({ provider, settings }: VendorReceipts): Required<ReceiptsConfig> {
    const missing = settings.filter((key) => config[key] === undefined);
    if (missing.length === 0) return config as Required<ReceiptsConfig>;
    const detail = `Receipts of ${provider} can not be verified: ${missing.join(' and ')} not set`;
    if (!unconfigured.has(provider)) logger.warn(detail, { provider });
    unconfigured.add(provider);
    throw new AppError('unauthorized', detail);
  }

  async function take(vendor: VendorReceipts, request: VendorRequest): Promise<void> {
    vendor.verify(request, requireSettings(vendor));
    const token = vendor.onceOnlyToken?.(request);
    if (token !== undefined) await tokens.use(vendor.provider, token, request.body);
    await publishAll(
      broker,
      vendor.eventsOf(request).flatMap((event) => receiptMessages(vendor, event)),
    );
  }

  const router = express.Router();
  for (const vendor of VENDORS) {
    const rawBody = express.raw({ type: () => true, limit: vendor.bodyLimitBytes, inflate: false });
    router.post(`/receipts/${vendor.provider}`, rawBody, async (request, response) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { headers, originalUrl: target } = request;
      try {
        await take(vendor, { body, headers, target, receivedAt: new Date() });
      } catch (error) {
        requests.inc({ provider: vendor.provider, result: error instanceof AppError ? error.code : 'internal_error' });
        throw error;
      }
      requests.inc({ provider: vendor.provider, result: 'taken' });
      response.status(204).end();
    });
  }
  return router;
}

/** @throws AppError `dependency_unavailable` when the broker did not confirm all: the vendor then repeats the request. */
async function publishAll(broker: Pick<Broker, 'publish'>, messages: OutgoingMessage[]): Promise<void> {
  try {
    for (let start = 0; start < messages.length; start += PUBLISHED_AT_ONCE) {
      await Promise.all(messages.slice(start, start + PUBLISHED_AT_ONCE).map((message) => broker.publish(message)));
    }
  } catch (cause) {
    if (!(cause instanceof BrokerUnavailableError)) throw cause;
    throw new AppError('dependency_unavailable', 'The message broker did not confirm', { cause });
  }
}
