export * from './address-digest.ts';
export * from './claims.ts';
export * from './closings.ts';
export * from './suppressed-addresses.ts';
export { type ClaimCap, recipientKey } from './user-cap.ts';
