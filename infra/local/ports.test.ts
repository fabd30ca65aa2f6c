import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { configuredPorts, findFreePorts, isPortFree, portTable } from './ports.ts';

test('without settings every port is the documented one, and no two are the same', () => {
  const ports = configuredPorts({});
  expect(ports.gateway).toBe(8001);
  expect(ports.postgres_core).toBe(5435);
  expect(new Set(Object.values(ports)).size).toBe(Object.keys(portTable).length);
});

test('a setting moves a port', () => {
  expect(configuredPorts({ GATEWAY_PORT: '9001' }).gateway).toBe(9001);
});

test.each(['0', '70000', 'abc', '80.5'])('%s is refused as a port, by the name of the setting', (value) => {
  expect(() => configuredPorts({ REDIS_PORT: value })).toThrow(/REDIS_PORT/);
});

test('one port for two listeners is refused, naming both settings', () => {
  expect(() => configuredPorts({ GATEWAY_PORT: '8025' })).toThrow(/8025.*GATEWAY_PORT.*SANDBOX_PORT/);
});

test('free ports are all different and below the range of outgoing connections', async () => {
  const ports = Object.values(await findFreePorts());
  expect(new Set(ports).size).toBe(ports.length);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test('a port that somebody listens on is not free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isPortFree(port)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await isPortFree(port)).toBe(true);
});
