import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Joi from 'joi';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws Error when there is none, or one that can not be read. */
function parseCertificates(pem: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = (pem.match(CERTIFICATE) ?? []).map((block) => new X509Certificate(block));
  if (first === undefined) throw new Error('no PEM certificate in it');
  return [first, ...others];
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's own words are of no help here.
    throw new Error('no unencrypted PEM private key in it');
  }
}

/** Turns a throw of `check` into a problem of the setting; the value, which may be a key, is never repeated. */
const checked = (check: (value: string, others: Record<string, string | undefined>) => void) =>
  Joi.string()
    .custom((value: string, helpers) => {
      check(value, helpers.state.ancestors[0]);
      return value;
    })
    .messages({ 'any.custom': '{{#label}}: {{#error.message}}' });

/** The name of a file with certificates. Whoever reads it may only warn and go on without it. */
export const certificateFile = checked((file) => {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    parseCertificates(pem);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
});

/** A server's certificate as PEM, followed by those that lead to its authority. */
export const certificate = checked(parseCertificates);

/** The private key, as PEM, of the certificate that another setting holds; both or neither. */
export const keyOf = (certificateSetting: string): Joi.StringSchema =>
  checked((pem, others) => {
    const key = parseKey(pem);
    const [server] = parseCertificates(others[certificateSetting] ?? '');
    if (!server.checkPrivateKey(key)) throw new Error(`not the key of ${certificateSetting}`);
  })
    .when(certificateSetting, { is: Joi.exist(), then: Joi.required(), otherwise: Joi.forbidden() })
    .messages({ 'any.unknown': `{{#label}} is of no use without ${certificateSetting}` });
