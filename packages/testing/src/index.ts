export * from './eventually.ts';
export * from './provider-contract.ts';
export * from './test-sandbox.ts';
export * from './test-servers.ts';
export * from './test-service.ts';
