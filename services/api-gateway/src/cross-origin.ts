import cors from 'cors';
import type { RequestHandler } from 'express';
import Joi from 'joi';

/** What a page may read of an answer, besides its body. */
const EXPOSED_HEADERS = ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Correlation-ID'];
/** How long a browser may remember what it was allowed; Chrome forgets after two hours anyway. */
const PREFLIGHT_SECONDS = 3_600;

const isOrigin = (text: string): boolean =>
  text === '*' || (/^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text);

/** Comma-separated origins, or `*` for any. Default: none. */
export const crossOrigins = Joi.string()
  .custom((value: string, helpers) => {
    const all = value.split(',').map((origin) => origin.trim());
    return all.every(isOrigin) ? all : helpers.error('origins.invalid');
  })
  .messages({
    'origins.invalid':
      '{{#label}} must be * or origins such as https://shop.example.com (no path, no slash at the end), separated by commas',
  })
  .default([]) as unknown as Joi.Schema<string[]>;

/**
 * Lets pages of these origins call what stands behind it, with a token in the `Authorization` header; cookies mean nothing here.
 * @param origins as browsers send them: `https://shop.example.com`. `*` among them means any, an empty list none.
 */
export function createCrossOrigin(origins: readonly string[]): RequestHandler {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Correlation-ID'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  });
}
