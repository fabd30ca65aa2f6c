import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's, and what the runners of CI have. */
const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/google-chrome'];

/** A real browser, without a window. Close it. */
export function openBrowser(): Promise<Browser> {
  const executablePath = EXECUTABLES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('There is no Chromium on this machine: apt-get install chromium');
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
