import { Router } from 'express';
import { docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';

/** `/openapi.json` and `/docs`, made once. */
export function docsRoute(serverUrl: string): Router {
  const document = JSON.stringify(openApiDocument(serverUrl));
  const page = docsPage(serverUrl);
  const router = Router();
  router.get('/openapi.json', (_request, response) => {
    response.type('json').send(document);
  });
  router.get('/docs', (_request, response) => {
    response.type('html').send(page);
  });
  router.get('/', (_request, response) => {
    response.redirect('/docs');
  });
  return router;
}
