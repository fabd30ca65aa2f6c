export * from './eventually.ts';
export * from './free-port.ts';
export * from './provider-contract.ts';
export * from './test-certificates.ts';
export * from './test-sandbox.ts';
export * from './test-servers.ts';
export * from './test-service.ts';
export * from './tls-door.ts';
