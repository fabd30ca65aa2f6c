import { AppError } from '@notify/contracts';
import express, { type Request, type RequestHandler } from 'express';

const JSON_TYPES = ['application/json', 'application/*+json'];
/** Far above what anybody sends, far below where JSON.stringify runs out of stack. */
const MAX_DEPTH = 64;

/** A body that is not said to be JSON would be taken for no body at all. */
const refuseOtherMediaTypes: RequestHandler = (request, _response, next) => {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && !request.is(JSON_TYPES)) {
    throw new AppError('unsupported_media_type', 'Send the body as JSON, with "Content-Type: application/json"');
  }
  next();
};

function problemOfText(text: string): string | undefined {
  if (text.includes('\u0000')) return 'must not contain NUL';
  if (!text.isWellFormed()) return 'must not contain half a surrogate pair';
  return text === '__proto__' ? 'must not be named __proto__' : undefined;
}

/** 9007199254740993 would be read as ...992, and 1e400 as no number at all (RFC 7493, 2.2). */
function isInexact(number: number): boolean {
  return !Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number));
}

/**
 * What no part of the system can carry, wherever it stands: NUL and half surrogate pairs (a database refuses or changes them),
 * numbers that would become others, `__proto__` as a key, and nesting without end. Walks without recursion.
 * @returns the path and what is wrong with it, or undefined.
 */
export function jsonProblem(body: unknown): { field: string; message: string } | undefined {
  const waiting: { value: unknown; path: string; depth: number }[] = [{ value: body, path: '', depth: 0 }];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    const { value, path, depth } = current;
    if (typeof value === 'string' && value !== '__proto__') {
      const message = problemOfText(value);
      if (message !== undefined) return { field: path, message };
    }
    if (typeof value === 'number' && isInexact(value)) {
      return {
        field: path,
        message: 'must be at most 2^53 - 1 in size, since larger numbers become others; send it as text',
      };
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth === MAX_DEPTH) return { field: path.slice(0, 100), message: `is nested deeper than ${MAX_DEPTH} levels` };
    for (const [key, child] of Object.entries(value)) {
      const childPath = path === '' ? key : `${path}.${key}`;
      const message = problemOfText(key);
      if (message !== undefined) return { field: childPath.toWellFormed().replaceAll('\u0000', ''), message };
      waiting.push({ value: child, path: childPath, depth: depth + 1 });
    }
  }
  return undefined;
}

const refuseUncarriable: RequestHandler = (request, _response, next) => {
  const problem = jsonProblem(request.body);
  if (problem !== undefined) {
    const message = `${problem.field || 'the body'} ${problem.message}`;
    throw new AppError('validation_failed', '1 problem in the body', {
      errors: [{ field: problem.field, code: 'not_carriable', message }],
    });
  }
  next();
};

/** JSON bodies and nothing else: 415 for other types and compressed bodies, 413 over the limit, 400 for what can't be carried. */
export function jsonBody(limit: string): RequestHandler[] {
  const empty = new WeakSet<Request>();
  return [
    refuseOtherMediaTypes,
    express.json({
      limit,
      strict: false,
      // Compressed bodies would be inflated before anybody has shown a key.
      inflate: false,
      type: JSON_TYPES,
      verify: (request, _response, body) => {
        if (body.length === 0) empty.add(request as Request);
      },
    }),
    (request, _response, next) => {
      // Express makes {} of nothing; for a PUT that would mean: empty it.
      if (empty.has(request)) request.body = undefined;
      next();
    },
    refuseUncarriable,
  ];
}
