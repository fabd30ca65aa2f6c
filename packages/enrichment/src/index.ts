export { CachedLookup } from './cached-lookup.ts';
export * from './inline-content.ts';
export * from './plan-delivery.ts';
export { endOfQuietHours } from './quiet-hours.ts';
export * from './reachable.ts';
export * from './render.ts';
export * from './template-catalogue.ts';
export * from './template-engine.ts';
export * from './user-directory.ts';
