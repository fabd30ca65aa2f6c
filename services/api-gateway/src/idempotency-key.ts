import { AppError } from '@notify/contracts';
import type { Request } from 'express';

const MAX_LENGTH = 255;

function refusal(field: string, code: string, message: string): AppError {
  return new AppError('validation_failed', '1 problem in the idempotency key', { errors: [{ field, code, message }] });
}

/** Both headers of two would be read as one key, and other than ASCII means something else in the header than in the body. */
function keyOfHeader(request: Request): string | undefined {
  const [header, ...others] = request.headersDistinct['idempotency-key'] ?? [];
  if (header === undefined) return undefined;
  if (others.length > 0) throw refusal('Idempotency-Key', 'array_max', 'Idempotency-Key must be sent once');
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (key === '' || key.length > MAX_LENGTH) {
    throw refusal('Idempotency-Key', 'string_length', `Idempotency-Key must have 1 to ${MAX_LENGTH} characters`);
  }
  if (!/^[\x20-\x7e]*$/.test(key)) {
    throw refusal(
      'Idempotency-Key',
      'string_ascii',
      'Idempotency-Key must be ASCII; idempotency_key in the body may be any text',
    );
  }
  return key;
}

/**
 * The key under which the caller may repeat this request: the `Idempotency-Key` header, or `idempotency_key` of the body.
 * The header may be quoted, as the IETF draft has it (draft-ietf-httpapi-idempotency-key-header), or bare, as most clients send it.
 * @throws AppError `validation_failed` when it is no key, or when the two name different ones.
 */
export function idempotencyKeyOf(request: Request): string | undefined {
  const inHeader = keyOfHeader(request);
  // Its form is the body schema's matter.
  const inBody = (request.body as { idempotency_key?: unknown } | undefined)?.idempotency_key;
  if (typeof inBody !== 'string') return inHeader;
  if (inHeader !== undefined && inHeader !== inBody) {
    throw refusal('idempotency_key', 'different_keys', 'the header Idempotency-Key names another key');
  }
  return inBody;
}
