import { homedir } from 'node:os';

// NODE_EXTRA_CA_CERTS and SSL_CERT_FILE: a company's own certificate authority, for real providers.
const inherited = ['PATH', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

/** What every process gets from the caller's environment. Everything else is left out, so that each start is the same. */
export function baseEnvironment(): Record<string, string> {
  const kept = inherited.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : []));
  return { HOME: homedir(), LANG: 'C.UTF-8', ...Object.fromEntries(kept) };
}
