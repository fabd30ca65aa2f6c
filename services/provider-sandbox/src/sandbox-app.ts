import { createHttpApp, type HttpAppOptions } from '@notify/service-kit';
import express, { type Express } from 'express';
import { faultsRoute } from './faults-route.ts';
import { fcmRoute } from './fcm-route.ts';
import { mailgunRoute } from './mailgun-route.ts';
import { messagesRoute } from './messages-route.ts';
import { onesignalRoute } from './onesignal-route.ts';
import { pageRoute } from './page-route.ts';
import { receiptsRoute } from './receipts-route.ts';
import type { Sandbox } from './sandbox.ts';
import { sendgridRoute } from './sendgrid-route.ts';
import { twilioRoute } from './twilio-route.ts';

/**
 * The vendors, the sandbox's own API and its page on one port. The vendors come first and bare: in a benchmark they are
 * the other side, whose work must not count, and their answers carry their headers, not ours.
 */
export function createSandboxApp(sandbox: Sandbox, surroundings: Omit<HttpAppOptions, 'routers'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    sendgridRoute(sandbox),
    mailgunRoute(sandbox),
    twilioRoute(sandbox),
    fcmRoute(sandbox),
    onesignalRoute(sandbox),
  );
  app.use(pageRoute());
  app.use(
    createHttpApp({
      ...surroundings,
      routers: [
        messagesRoute(sandbox.messages),
        faultsRoute(sandbox.faults),
        receiptsRoute(sandbox.messages, sandbox.receipts),
      ],
    }),
  );
  return app;
}
