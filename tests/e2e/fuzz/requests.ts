import fc from 'fast-check';
import type { DocumentedOperation } from './open-api.ts';
import {
  brokenValue,
  fittingValue,
  hostileText,
  hostileValue,
  type KnownValues,
  spoiltExample,
  variedExample,
} from './values.ts';

/** A request as it goes over the wire; the API key is added by whoever sends it, unless it brings an authorization of its own. */
export interface FuzzRequest {
  method: string;
  target: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

const JSON_BODY = { 'content-type': 'application/json' };

/** A lone surrogate has no percent-encoding. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

const BROKEN_JSON = [
  '{',
  '{"a":1,}',
  '{"a":1}}',
  "{'a':1}",
  'NaN',
  '"\\ud800"',
  '{"a":"\\u0000"}',
  '{"__proto__":{"isAdmin":true}}',
  '{"a":1,"a":2}',
  '1e999',
  '\ufeff{}',
  '[]',
  'null',
  '"text"',
  '['.repeat(100_000),
  `{"a":"${'x'.repeat(300_000)}"}`,
] as const;

const ODD_BODIES: readonly Pick<FuzzRequest, 'headers' | 'body'>[] = [
  ...BROKEN_JSON.map((body) => ({ headers: JSON_BODY, body })),
  { headers: JSON_BODY, body: Buffer.from([0xff, 0xfe, 0x00, 0x80]) },
  { headers: JSON_BODY, body: Buffer.from('{"a":"\xc3\x28"}', 'latin1') },
  { headers: JSON_BODY, body: '' },
  { headers: {}, body: '{}' },
  { headers: { 'content-type': 'text/plain' }, body: '{}' },
  { headers: { 'content-type': 'application/json; charset=utf-7' }, body: '{}' },
  { headers: { 'content-type': 'application/json; charset=utf-16' }, body: Buffer.from('{}', 'utf16le') },
  { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
  {
    headers: { 'content-type': 'application/xml' },
    body: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  { headers: { ...JSON_BODY, 'content-encoding': 'gzip' }, body: Buffer.from([0x1f, 0x8b, 0x08, 0x00]) },
  { headers: { 'content-type': '/' }, body: '{}' },
];

/** Printable or beyond, but nothing that ends a header: an HTTP client can't send that. */
const headerValue = (): fc.Arbitrary<string> =>
  fc.oneof(
    hostileText().map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 4_000)),
    fc.constantFrom('9'.repeat(40), '"unfinished', 'a,b;c=d', '\xff\xfe', '%00%0d%0a'),
  );

const HEADERS = [
  'idempotency-key',
  'x-correlation-id',
  'traceparent',
  'accept',
  'accept-encoding',
  'if-none-match',
  'range',
  'x-forwarded-for',
  'x-http-method-override',
  'authorization',
  'x-api-key',
  'cookie',
];

const oddHeaders = (): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...HEADERS), headerValue(), { maxKeys: 3 });

const ODD_QUERIES = [
  'limit=1&limit=2',
  'limit[]=1',
  'limit[__proto__]=1',
  '__proto__[x]=1',
  'constructor[prototype][x]=1',
  '%',
  '%00',
  '%ff=%fe',
  'limit=%',
  'cursor=%F0%28%8C%28',
  '&&&===',
  `x=${'y'.repeat(7_000)}`,
  Array.from({ length: 1_000 }, (_, index) => `a${index}`).join('&'),
  `cursor=${Buffer.from('["infinity","00000000-0000-0000-0000-000000000000"]').toString('base64url')}`,
  `cursor=${Buffer.from('["2026-01-01T00:00:00.000Z","00000000-0000-0000-0000-000000000000"]').toString('base64url')}`,
  `cursor=${Buffer.from('["\\u0000"]').toString('base64url')}`,
] as const;

function queryOf({ parameters }: DocumentedOperation, known: KnownValues): fc.Arbitrary<string> {
  const described = parameters.filter((parameter) => parameter.in === 'query');
  const values = (generate: (parameter: (typeof described)[number]) => fc.Arbitrary<unknown>) =>
    fc
      .record(Object.fromEntries(described.map((each) => [each.name, generate(each)])), { requiredKeys: [] })
      .map((query) =>
        Object.entries(query)
          .map(
            ([name, value]) => `${name}=${encoded(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))}`,
          )
          .join('&')
          // A request line has its limit, and Node answers for it.
          .slice(0, 8_000),
      );
  return fc.oneof(
    { weight: 3, arbitrary: values(({ name, schema }) => fittingValue(schema, known, name)) },
    { weight: 3, arbitrary: values(() => hostileValue()) },
    fc.constantFrom(...ODD_QUERIES),
  );
}

/** Raw and encoded, as they would stand in a path. */
const ODD_SEGMENTS = [
  '..',
  '.',
  '%2e%2e',
  '..%2f..%2fhealth',
  '%00',
  '%',
  '%ff',
  'a%0d%0ab',
  '*',
  ';',
  '%2F',
  '~',
  "'",
];

function pathOf({ path }: DocumentedOperation, known: KnownValues): fc.Arbitrary<string> {
  const segments = path.split('/').map((segment): fc.Arbitrary<string> => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) return fc.constant(segment);
    const ids = known[name] ?? [];
    return fc.oneof(
      ...(ids.length === 0 ? [] : [{ weight: 6, arbitrary: fc.constantFrom(...ids).map(encoded) }]),
      { weight: 1, arbitrary: fc.uuid() },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_SEGMENTS) },
      { weight: 1, arbitrary: hostileText().map((text) => encoded(text).slice(0, 4_000)) },
    );
  });
  return fc.tuple(...segments).map((parts) => parts.join('/'));
}

function bodyOf(
  { body }: DocumentedOperation,
  known: KnownValues,
): fc.Arbitrary<Pick<FuzzRequest, 'headers' | 'body'>> {
  const asJson = (value: fc.Arbitrary<unknown>) =>
    value.map((json) => ({ headers: JSON_BODY, body: JSON.stringify(json) ?? '' }));
  const nothing = fc.constant({ headers: {} });
  const odd = fc.constantFrom(...ODD_BODIES);
  if (body === undefined) return fc.oneof({ weight: 4, arbitrary: nothing }, odd, asJson(hostileValue()));
  const fitting = fc.oneof(fittingValue(body.schema, known), variedExample(body.example, body.schema, known));
  return fc.oneof(
    { weight: 5, arbitrary: asJson(fitting) },
    { weight: 5, arbitrary: asJson(brokenValue(fitting)) },
    { weight: 4, arbitrary: asJson(spoiltExample(body.example, body.schema, known)) },
    { weight: 1, arbitrary: asJson(hostileValue()) },
    { weight: 2, arbitrary: odd },
    { weight: 1, arbitrary: nothing },
  );
}

/** Requests for one operation: some as documented, most with something wrong in the path, the query, the headers or the body. */
export function requestsFor(operation: DocumentedOperation, known: KnownValues): fc.Arbitrary<FuzzRequest> {
  const headers = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddHeaders() });
  return fc
    .tuple(pathOf(operation, known), queryOf(operation, known), headers, bodyOf(operation, known))
    .map(([path, query, odd, body]) => ({
      method: operation.method,
      target: query === '' ? path : `${path}?${query}`,
      ...body,
      headers: { ...body.headers, ...odd },
    }));
}

/** Rubbish for the address to which a vendor brings receipts, with the headers in which its signature would be. */
export function receiptRequestsFor(vendor: string): fc.Arbitrary<FuzzRequest> {
  const signatures = [
    'x-twilio-email-event-webhook-signature',
    'x-twilio-email-event-webhook-timestamp',
    'x-twilio-signature',
    'authorization',
    'content-type',
  ];
  const text = fc.oneof(
    fc.constantFrom<string | Buffer>(...BROKEN_JSON, 'MessageSid=SM1&MessageStatus=delivered', '%=%&%00=%ff', ''),
    hostileValue().map((value) => JSON.stringify(value) ?? ''),
    fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  );
  const types = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  );
  return fc
    .tuple(
      types,
      fc.dictionary(fc.constantFrom(...signatures), headerValue()),
      text,
      fc.constantFrom('', ...ODD_QUERIES),
    )
    .map(([type, headers, body, query]) => ({
      method: 'POST',
      target: `/receipts/${vendor}${query === '' ? '' : `?${query}`}`,
      headers: { 'content-type': type, ...headers },
      body,
    }));
}
