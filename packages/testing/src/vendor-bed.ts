import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from './test-certificates.ts';

interface Closable {
  close?(): unknown;
}

/** Vendors of a test's own, and whatever else it opens. */
export interface VendorBed {
  /** A vendor that answers as the test says, until the test's end. @param certificate for HTTPS; default: plain HTTP. */
  startVendor(listener: RequestListener, certificate?: TestCertificate): Promise<{ url: string; server: Server }>;
  /** The same thing, that is closed at the test's end. */
  untilTestEnds<Opened extends Closable>(opened: Opened): Opened;
  /** After each test. */
  endTest(): Promise<void>;
}

export function createVendorBed(): VendorBed {
  const opened: Closable[] = [];
  return {
    async startVendor(listener, certificate) {
      const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      opened.push({ close: () => server.closeAllConnections() }, server);
      const { port } = server.address() as AddressInfo;
      return { url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, server };
    },
    untilTestEnds(each) {
      opened.push(each);
      return each;
    },
    async endTest() {
      for (const each of opened.splice(0)) await each.close?.();
    },
  };
}
