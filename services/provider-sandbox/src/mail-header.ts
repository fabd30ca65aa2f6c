/** The end of the header block, wherever it is within what is looked at. */
const HEADER_END = '\r\n\r\n';
/** Enough for any header that we look for; the rest of a long mail is not touched. */
const HEADER_LIMIT_BYTES = 16_384;

const NOTIFICATION_ID_HEADER = /^X-Notification-ID:\s*(\S+)/im;
/** `<notification_id.epoch.hop.attempt@domain>`, the id by which our adapter makes a retried mail recognisable. */
const DERIVED_MESSAGE_ID = /^Message-ID:\s*<([^\s@>]+)\.\d+\.\d+\.\d+@/im;

/**
 * The notification a mail belongs to, found without parsing the mail: this runs for every mail that arrives.
 * @returns null when the mail is not one of our services'.
 */
export function notificationIdOf(rawMail: Buffer): string | null {
  const end = rawMail.subarray(0, HEADER_LIMIT_BYTES).indexOf(HEADER_END);
  const headers = rawMail.toString('latin1', 0, end === -1 ? HEADER_LIMIT_BYTES : end);
  return NOTIFICATION_ID_HEADER.exec(headers)?.[1] ?? DERIVED_MESSAGE_ID.exec(headers)?.[1] ?? null;
}
