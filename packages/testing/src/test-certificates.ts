import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

export interface TestCertificate {
  certFile: string;
  keyFile: string;
  /** PEM, as the files hold them. */
  cert: string;
  key: string;
}

export interface TestAuthority {
  caFile: string;
  /** A server's certificate for these host names and addresses, good for two days, in `<file>.pem` and `<file>.key`. */
  issue(file: string, names: string[]): TestCertificate;
}

/** The machine's own openssl.cnf may add extensions to what is asked for. */
const OPENSSL_CONFIG = '[req]\ndistinguished_name = name\n[name]\n';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/**
 * A certificate authority of its own in a folder: made there, or opened when another process has made it.
 * @throws when there is no openssl (3.0 or newer).
 */
export function openTestAuthority(folder: string): TestAuthority {
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const [config, caFile, caKeyFile] = [at('openssl.cnf'), at('ca.pem'), at('ca.key')];
  const request = (keyFile: string, certFile: string, args: string[]) =>
    execFileSync(
      'openssl',
      ['req', '-x509', '-config', config, ...NEW_KEY, '-keyout', keyFile, '-out', certFile, '-days', '2', ...args],
      { stdio: 'pipe' },
    );
  if (!existsSync(caFile)) {
    writeFileSync(config, OPENSSL_CONFIG);
    const use = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    request(caKeyFile, caFile, ['-subj', '/CN=authority of a test', ...use]);
  }

  return {
    caFile,
    issue(file, names) {
      const [certFile, keyFile] = [at(`${file}.pem`), at(`${file}.key`)];
      const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',');
      request(keyFile, certFile, [
        ...['-CA', caFile, '-CAkey', caKeyFile, '-subj', `/CN=${file}`],
        ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', `subjectAltName=${alternatives}`],
      ]);
      return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    },
  };
}
