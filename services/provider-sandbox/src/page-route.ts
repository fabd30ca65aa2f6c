import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';

const PUBLIC_FOLDER = fileURLToPath(new URL('../public', import.meta.url));

/**
 * Messages are written by anybody: nothing in one may run, or load anything. Inline styles are for the mails, which are
 * shown in a frame that inherits this policy.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page at `/`. */
export function pageRoute(): Router {
  const router = express.Router();
  router.use(
    express.static(PUBLIC_FOLDER, {
      cacheControl: false,
      setHeaders: (response) => {
        response.set({
          'Content-Security-Policy': POLICY,
          'X-Content-Type-Options': 'nosniff',
          'Referrer-Policy': 'no-referrer',
          'Cache-Control': 'no-cache',
        });
      },
    }),
  );
  return router;
}
