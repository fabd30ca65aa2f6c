/**
 * The enhanced status codes by which a mail server says that a recipient's mailbox is none, with what they mean. All others blame the sender,
 * the mail, the policy or the day, and so no address is given up for them.
 * https://www.iana.org/assignments/smtp-enhanced-status-codes
 */
export const DEAD_MAILBOX: Readonly<Record<string, string>> = {
  '5.1.1': 'the mailbox does not exist',
  '5.1.2': "the address's domain does not exist",
  '5.1.3': 'the address is malformed',
  '5.1.6': 'the mailbox has moved without a forwarding address',
  '5.1.10': "the recipient's domain takes no mail",
  '5.2.1': 'the mailbox is disabled',
};
