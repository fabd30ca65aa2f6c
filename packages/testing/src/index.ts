export * from './eventually.ts';
export * from './test-servers.ts';
export * from './test-service.ts';
