import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestSandbox, type TestSandbox } from './test-sandbox.ts';

interface Closable {
  close?(): unknown;
}

/** What the tests of a provider stand on. */
export interface ProviderBed {
  /** The vendor as it behaves. */
  sandbox: TestSandbox;
  /** A vendor that answers as the test says, until the test's end. */
  startVendor(listener: RequestListener): Promise<{ url: string; server: Server }>;
  /** The same provider, that is closed at the test's end. */
  untilTestEnds<P extends Closable>(provider: P): P;
  /** After each test. */
  endTest(): Promise<void>;
  /** After the last one. */
  close(): Promise<void>;
}

export async function openProviderBed(): Promise<ProviderBed> {
  const sandbox = await startTestSandbox();
  const opened: Closable[] = [];
  return {
    sandbox,
    async startVendor(listener) {
      const server = createServer(listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      opened.push({ close: () => server.closeAllConnections() }, server);
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
    },
    untilTestEnds(provider) {
      opened.push(provider);
      return provider;
    },
    async endTest() {
      for (const each of opened.splice(0)) await each.close?.();
    },
    close: () => sandbox.stop(),
  };
}
