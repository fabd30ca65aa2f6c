import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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

/** All emails of a call together. The fifteen starters take a tenth of it, most of that to load MJML. */
const TIME_LIMIT_MS = 10_000;
const MEMORY_LIMIT_MB = 256;

const COMPILER = fileURLToPath(new URL('./email-compiler-process.ts', import.meta.url));

let lastInLine: Promise<unknown> = Promise.resolve();

/**
 * Compiles MJML and derives texts, in a process that ends with it: what keeps it busy, or makes it run out of memory, harms nobody
 * else, and the 130 MB that MJML takes are given back. (A thread would keep them.) One at a time, since many together would take what one may not.
 * @returns in the order in which they came. What needs too much time or memory is a problem of all of them.
 */
export function compileEmails(emails: EmailToCompile[]): Promise<CompiledEmail[]> {
  if (emails.length === 0) return Promise.resolve([]);
  const result = lastInLine.then(() => compileInProcess(emails));
  lastInLine = result.catch(() => {});
  return result;
}

async function compileInProcess(emails: EmailToCompile[]): Promise<CompiledEmail[]> {
  const compiler = fork(COMPILER, {
    execArgv: [`--max-old-space-size=${MEMORY_LIMIT_MB}`, '--disable-warning=ExperimentalWarning'],
    // It has no business with secrets.
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<CompiledEmail[]>();
  const failAll = (problem: string) => resolve(emails.map(() => ({ problems: [problem] })));
  const timer = setTimeout(() => failAll(`it takes longer than ${TIME_LIMIT_MS / 1_000} s to compile`), TIME_LIMIT_MS);
  compiler.once('message', (compiled: CompiledEmail[]) => resolve(compiled));
  compiler.once('error', reject);
  // Nobody hears it when there was an answer.
  compiler.once('exit', (code, signal) => {
    if (signal === 'SIGABRT') failAll(`it takes more than ${MEMORY_LIMIT_MB} MB to compile`);
    else reject(new Error(`the compiler of emails ended without an answer (${signal ?? code})`));
  });
  compiler.send(emails, (error) => error && reject(error));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    compiler.kill('SIGKILL');
  }
}
