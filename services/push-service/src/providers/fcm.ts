import { deliveryError, lostConnectionError, type OutgoingDelivery, type Provider } from '@notify/channel-worker';
import { type Credential, cert, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Messaging, type TokenMessage } from 'firebase-admin/messaging';
import { FcmAgent } from './fcm-agent.ts';
import type { FcmConfig, ServiceAccount } from './fcm-config.ts';
import { type FcmFailure, toDeliveryError } from './fcm-errors.ts';

const CONCURRENCY = 32;

let appCount = 0;

/** Push by Firebase Cloud Messaging. It takes a message or refuses it; whether the device showed it, nobody tells. */
export function createFcmProvider(config: FcmConfig): Provider {
  const httpAgent = new FcmAgent(config.FCM_API_URL);
  const app = initializeApp(
    { projectId: config.FCM_PROJECT_ID, credential: credentialOf(config.FCM_SERVICE_ACCOUNT), httpAgent },
    // The SDK keeps apps by name, for the whole process.
    `fcm-${++appCount}`,
  );
  const messaging = getMessaging(app);
  switchRetriesOff(messaging);

  return {
    name: 'fcm',
    concurrency: CONCURRENCY,
    async send(delivery, signal) {
      if (signal.aborted) throw lostConnectionError('ABORTED', false);
      const aborted = whenAborted(signal);
      try {
        const name = await Promise.race([sendWith(messaging, messageOf(delivery)), aborted.promise]);
        return { status: 'sent', providerMessageId: name };
      } finally {
        aborted.stopWaiting();
      }
    },
    async close() {
      await deleteApp(app);
      httpAgent.destroy();
    },
  };
}

function credentialOf(account: ServiceAccount | undefined): Credential {
  if (account === undefined) {
    return { getAccessToken: async () => ({ access_token: 'development-only', expires_in: 3_600 }) };
  }
  return cert({
    projectId: account.project_id,
    clientEmail: account.client_email,
    privateKey: account.private_key,
  });
}

/**
 * The SDK repeats a send up to four times after a 503, a reset or a timeout. After a reset the first may have got through:
 * whether to try again is for the pipeline to say. There is no setting for it.
 * @throws Error when a new version of the SDK keeps its retries elsewhere.
 */
function switchRetriesOff(messaging: Messaging): void {
  const { messagingRequestHandler } = messaging as unknown as {
    messagingRequestHandler?: { httpClient?: { retry?: unknown } };
  };
  const httpClient = messagingRequestHandler?.httpClient;
  if (httpClient?.retry === undefined) throw new Error('this version of firebase-admin keeps its retries elsewhere');
  httpClient.retry = undefined;
}

async function sendWith(messaging: Messaging, message: TokenMessage): Promise<string> {
  try {
    return await messaging.send(message);
  } catch (error) {
    throw toDeliveryError(error as FcmFailure);
  }
}

/** The SDK takes no signal. The request is left behind: it ends by itself, after 15 s. */
function whenAborted(signal: AbortSignal): { promise: Promise<never>; stopWaiting(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(deliveryError('unknown', 'the deadline passed', 'ABORTED'));
  signal.addEventListener('abort', onAbort, { once: true });
  return { promise, stopWaiting: () => signal.removeEventListener('abort', onAbort) };
}

function messageOf({ notificationId, address, content }: OutgoingDelivery): TokenMessage {
  const { title, body, data } = content;
  return {
    token: address,
    ...(title === undefined && body === undefined ? {} : { notification: { title, body } }),
    data: { ...data, notification_id: notificationId },
  };
}
