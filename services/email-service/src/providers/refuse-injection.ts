import { type OutgoingDelivery, PermanentDeliveryError, RecipientInvalidError } from '@notify/channel-worker';

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
/** What would make one address several, or none. */
const NOT_ONE_ADDRESS = /[\s<>,;:"()]/;

/** @throws what a header can't carry without becoming several. */
export function refuseInjection({ address, content }: OutgoingDelivery): void {
  if (CONTROL_CHARACTER.test(address) || NOT_ONE_ADDRESS.test(address)) {
    throw new RecipientInvalidError('the address is not one address', 'invalid_address');
  }
  if (content.title !== undefined && CONTROL_CHARACTER.test(content.title)) {
    throw new PermanentDeliveryError('the subject has control characters', 'header_injection');
  }
}
