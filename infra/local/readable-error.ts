import { NotifyError } from '@notify/client';

/** What the API refused, in words for whoever typed a command; any other error as it is. */
export function readableError(error: unknown): unknown {
  if (!(error instanceof NotifyError)) return error;
  if (error.code === 'no_answer') return new Error('The gateway does not answer: `npm start` starts it.');
  // Some messages begin with the field.
  const problems = error.errors.map(({ field, message }) =>
    message.startsWith(field) ? message : `${field}: ${message}`,
  );
  return new Error([error.detail, ...problems].join('\n  '));
}
