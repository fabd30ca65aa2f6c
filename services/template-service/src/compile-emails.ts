import { Worker } from 'node:worker_threads';

/** Of MJML or HTML; Liquid is in it. */
export interface EmailToCompile {
  mjml?: string;
  html?: string;
  /** Derive a text part. */
  wantsText: boolean;
}
export interface CompiledEmail {
  html?: string;
  text?: string;
  /** What is wrong with the MJML, with lines; then the rest counts for nothing. */
  problems: string[];
}

/** All emails of a template together; three with many sections take a tenth of it, most of that to load MJML. */
const TIME_LIMIT_MS = 10_000;
const MEMORY_LIMIT_MB = 256;

let lastInLine: Promise<unknown> = Promise.resolve();

/**
 * Compiles MJML and derives texts, in a thread that ends with it: what keeps it busy, or makes it run out of memory, harms nobody
 * else, and MJML's 90 MB are not kept. One at a time, since many threads together would take what one may not.
 * @returns in the order in which they came. What needs too much time or memory is a problem of all of them.
 */
export function compileEmails(emails: EmailToCompile[]): Promise<CompiledEmail[]> {
  if (emails.length === 0) return Promise.resolve([]);
  const result = lastInLine.then(() => compileInThread(emails));
  lastInLine = result.catch(() => {});
  return result;
}

async function compileInThread(emails: EmailToCompile[]): Promise<CompiledEmail[]> {
  const thread = new Worker(new URL('./email-compiler-thread.ts', import.meta.url), {
    workerData: emails,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
    // It has no business with secrets.
    env: {},
  });
  const { promise, resolve, reject } = Promise.withResolvers<CompiledEmail[]>();
  const failAll = (problem: string) => resolve(emails.map(() => ({ problems: [problem] })));
  const timer = setTimeout(() => failAll(`it takes longer than ${TIME_LIMIT_MS / 1_000} s to compile`), TIME_LIMIT_MS);
  thread.once('message', resolve);
  thread.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') failAll(`it takes more than ${MEMORY_LIMIT_MB} MB to compile`);
    else reject(error);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
