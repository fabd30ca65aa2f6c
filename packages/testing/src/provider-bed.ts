import { startTestSandbox, type TestSandbox } from './test-sandbox.ts';
import { createVendorBed, type VendorBed } from './vendor-bed.ts';

/** What the tests of a provider stand on. */
export interface ProviderBed extends VendorBed {
  /** The vendor as it behaves. */
  sandbox: TestSandbox;
  /** After the last test. */
  close(): Promise<void>;
}

export async function openProviderBed(): Promise<ProviderBed> {
  const sandbox = await startTestSandbox();
  return { ...createVendorBed(), sandbox, close: () => sandbox.stop() };
}
