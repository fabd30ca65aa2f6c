import { type Request, Router } from 'express';
import { asyncApiDocument } from './asyncapi.ts';
import { docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';

/** A host name or address, with a port. Whatever else a client may send as Host is not repeated to it. */
const HOST_PATTERN = /^[A-Za-z0-9.:[\]-]{1,255}$/;

/**
 * `/openapi.json`, `/asyncapi.json` and `/docs`.
 * @param publicUrl where clients reach the gateway. Default: the address under which the document itself was asked for.
 */
export function docsRoute(publicUrl: string | undefined): Router {
  const serverUrlOf = (request: Request): string => {
    const host = request.get('host') ?? '';
    return publicUrl ?? (HOST_PATTERN.test(host) ? `${request.protocol}://${host}` : '/');
  };
  const router = Router();
  router.get('/openapi.json', (request, response) => {
    response.json(openApiDocument(serverUrlOf(request)));
  });
  router.get('/asyncapi.json', (_request, response) => {
    response.json(asyncApiDocument());
  });
  router.get('/docs', (request, response) => {
    response.type('html').send(docsPage(serverUrlOf(request)));
  });
  router.get('/', (_request, response) => {
    response.redirect('/docs');
  });
  return router;
}
