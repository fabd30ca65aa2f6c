import { AsyncLocalStorage } from 'node:async_hooks';

/** What is being worked on; the logger adds it to every line, so call sites never pass it. */
export interface Context {
  correlationId?: string;
  traceparent?: string;
  notificationId?: string;
  channel?: string;
  attempt?: number;
}

const storage = new AsyncLocalStorage<Context>();

/** Runs `work` with `context` as its surroundings. */
export function withContext<T>(context: Context, work: () => T): T {
  return storage.run(context, work);
}

export function currentContext(): Context {
  return storage.getStore() ?? {};
}
