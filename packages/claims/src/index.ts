export * from './address-digest.ts';
export * from './claims.ts';
export * from './closings.ts';
export { CLAIM_TTL_SECONDS } from './keys.ts';
export * from './suppressed-addresses.ts';
export { type ClaimCap, recipientKey } from './user-cap.ts';
