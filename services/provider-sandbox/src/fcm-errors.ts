import type { RefusalKind } from './behaviour.ts';
import type { VendorAnswer } from './vendor-request.ts';

interface FcmError {
  code: number;
  status: string;
  /** Missing where Google's front answers before FCM does. */
  errorCode?: string;
  message: string;
}

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode */
const ERRORS: Record<RefusalKind, FcmError> = {
  reject_recipient: {
    code: 404,
    status: 'NOT_FOUND',
    errorCode: 'UNREGISTERED',
    message: 'Requested entity was not found.',
  },
  reject_content: {
    code: 400,
    status: 'INVALID_ARGUMENT',
    errorCode: 'INVALID_ARGUMENT',
    message: 'Request contains an invalid argument.',
  },
  transient: {
    code: 503,
    status: 'UNAVAILABLE',
    errorCode: 'UNAVAILABLE',
    message: 'The service is currently unavailable.',
  },
  rate_limit: {
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    errorCode: 'QUOTA_EXCEEDED',
    message: 'Quota exceeded for quota metric.',
  },
  auth: {
    code: 401,
    status: 'UNAUTHENTICATED',
    message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.',
  },
};

/** @param fieldViolation what is wrong with which field, for `reject_content`. */
export function fcmError(kind: RefusalKind, fieldViolation?: { field: string; description: string }): VendorAnswer {
  const { code, status, errorCode, message } = ERRORS[kind];
  const details: Record<string, unknown>[] = [];
  if (errorCode !== undefined) {
    details.push({ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode });
  }
  if (fieldViolation !== undefined) {
    details.push({ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [fieldViolation] });
  }
  return {
    status: code,
    body: {
      error: {
        code,
        message: fieldViolation?.description ?? message,
        status,
        ...(details.length > 0 ? { details } : {}),
      },
    },
  };
}
