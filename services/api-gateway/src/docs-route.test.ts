import { expect, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { docsRoute } from './docs-route.ts';

const serverUrlFor = async (publicUrl: string | undefined, host: string) => {
  const app = express().use(docsRoute(publicUrl));
  return (await request(app).get('/openapi.json').set('Host', host)).body.servers[0].url;
};

test('the documentation names the address under which it is read', async () => {
  expect(await serverUrlFor(undefined, 'notify.internal:9001')).toBe('http://notify.internal:9001');
  const docs = await request(express().use(docsRoute(undefined)))
    .get('/docs')
    .set('Host', 'notify.internal:9001');
  expect(docs.text).toContain('http://notify.internal:9001/api/notify');
});

test('the readable page shows what an answer looks like', async () => {
  const docs = await request(express().use(docsRoute(undefined))).get('/docs');
  expect(docs.text).toContain('&quot;fallback_used&quot;: true');
});

test('PUBLIC_URL wins over it', async () => {
  expect(await serverUrlFor('https://notify.example', 'localhost:8001')).toBe('https://notify.example');
});

test('what is no host is not repeated', async () => {
  expect(await serverUrlFor(undefined, 'a"><script>')).toBe('/');
});

test('what is said on the WebSocket and on the broker is described beside the API', async () => {
  const { body } = await request(express().use(docsRoute(undefined))).get('/asyncapi.json');
  expect(body.asyncapi).toBe('3.0.0');
  expect(Object.keys(body.channels)).toEqual(expect.arrayContaining(['websocket', 'email_critical_queue']));
});
