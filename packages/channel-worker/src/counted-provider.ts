import { type Provider, type ProviderResult, UnknownOutcomeError } from './provider.ts';
import type { ProviderBreaker } from './provider-breaker.ts';

/** A provider that ignores its signal is left behind this long after the deadline. */
const GRACE_MS = 2_000;

/** What `call` comes to, or an unknown outcome when it does not come back. */
async function withinGrace(signal: AbortSignal, call: () => Promise<ProviderResult>): Promise<ProviderResult> {
  const late = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onDeadline = () => {
    timer = setTimeout(
      () => late.reject(new UnknownOutcomeError('the provider did not come back', 'deadline')),
      GRACE_MS,
    );
  };
  signal.addEventListener('abort', onDeadline, { once: true });
  try {
    return await Promise.race([call(), late.promise]);
  } finally {
    signal.removeEventListener('abort', onDeadline);
    clearTimeout(timer);
  }
}

/** The provider with each of its vendor calls, one for a batch too, counted by the breaker, and left behind when it outlives its deadline. */
export function withBreaker(provider: Provider, breaker: Pick<ProviderBreaker, 'run'>): Provider {
  const { sendBatch } = provider;
  return {
    ...provider,
    send: (delivery, signal) => breaker.run(() => withinGrace(signal, () => provider.send(delivery, signal))),
    ...(sendBatch && {
      sendBatch: (deliveries, signal) => breaker.run(() => withinGrace(signal, () => sendBatch(deliveries, signal))),
    }),
  };
}
