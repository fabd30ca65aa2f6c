import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CHANNELS, MODES, PRIORITIES } from '../channels.ts';
import { check } from '../validate.ts';
import { sendRequestSchema } from './notifications.ts';
import { userPutSchema } from './users.ts';

type Json = Record<string, unknown>;

const callerId = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/).filter((id) => id !== '.' && id !== '..');
const line = fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{1,200}$/);
const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => !value.includes('\u0000'));
const email = fc.stringMatching(/^[a-z]{1,10}(\.[a-z]{1,10})?@[a-z]{1,10}\.(example|co\.uk)$/);
const phone = fc.stringMatching(/^\+1415555\d{4}$/);
const locale = fc.constantFrom('fr', 'fr-CA', 'zh-Hant-TW', 'pt_BR');
const timezone = fc.constantFrom('Africa/Lagos', 'America/Toronto', 'UTC');
const freeData = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
const future = (from: string, to: string) =>
  fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true }).map((date) => date.toISOString());

const optionally = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
const atLeastOne = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  optionally(fields).filter((value) => Object.keys(value).length > 0);

const recipient = fc.oneof(
  fc.record({ user_id: callerId }),
  fc.record({
    to: fc
      .tuple(
        atLeastOne({ email, phone, device_tokens: fc.uniqueArray(line, { minLength: 1, maxLength: 5 }) }),
        optionally({ locale, timezone }),
      )
      .map(([contacts, more]) => ({ ...contacts, ...more })),
  }),
);
const content = fc.oneof(
  fc.record({
    template: fc.record({ code: callerId, locale, version: fc.integer({ min: 1 }) }, { requiredKeys: ['code'] }),
  }),
  fc.record({
    content: fc
      .tuple(
        atLeastOne({ title: line, body: text, html: text }),
        optionally({ data: fc.dictionary(fc.stringMatching(/^[a-z]{1,20}$/), text, { maxKeys: 3 }) }),
      )
      .map(([texts, more]) => ({ ...texts, ...more })),
  }),
);
const wishes = optionally({
  notification_type: callerId,
  priority: fc.constantFrom(...PRIORITIES),
  variables: freeData,
  channels: fc.uniqueArray(fc.constantFrom(...CHANNELS), { minLength: 1 }),
  mode: fc.constantFrom(...MODES),
  send_at: future('2090-01-01', '2094-01-01'),
  expires_at: future('2095-01-01', '2099-01-01'),
  confirm_within_seconds: fc.integer({ min: 1, max: 604_800 }),
  idempotency_key: line,
  metadata: freeData,
}).map(({ confirm_within_seconds: seconds, ...rest }) =>
  seconds === undefined || rest['mode'] === 'all' ? rest : { ...rest, confirm_within_seconds: seconds },
);
const sendRequest: fc.Arbitrary<Json> = fc
  .tuple(recipient, content, wishes)
  .map((parts) => Object.assign({}, ...parts) as Json);

/** The ways to everything in a request that a schema knows by name; free data is the caller's own. */
function placesOf(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [place];
  if (place.length === 1 && (place[0] === 'variables' || place[0] === 'metadata')) return [place];
  const children = Object.entries(value).flatMap(([key, child]) => placesOf(child, [...place, key]));
  return place.length === 0 ? children : [place, ...children];
}
function replacedAt(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = Array.isArray(value) ? [...value] : { ...(value as Json) };
  return Object.assign(copy, { [key]: replacedAt((value as Json)[key], rest, replacement) });
}

test('whatever a caller may send is taken, and read again after a trip through JSON it is the same', () => {
  fc.assert(
    fc.property(sendRequest, (request) => {
      const sent: unknown = JSON.parse(JSON.stringify(request));
      const read = check(sendRequestSchema, sent);
      if (read.errors !== undefined) throw new Error(JSON.stringify(read.errors));
      const readBack: unknown = JSON.parse(JSON.stringify(read.value));
      expect(readBack).toMatchObject(sent as Json);
      expect(check(sendRequestSchema, readBack)).toEqual(read);
    }),
    { numRuns: 500 },
  );
});

test('one thing wrong with a request is one field named, and that field', () => {
  // Wrong wherever a schema says what belongs there.
  const wrong = fc.constantFrom<unknown>(null, true, -1.5, '\u0000', [[null]], { nope: { nope: null } });
  const broken = sendRequest.chain((request) => {
    const places = placesOf(request);
    return fc.tuple(fc.constant(request), fc.constantFrom(...places), wrong);
  });
  fc.assert(
    fc.property(broken, ([request, place, value]) => {
      // Free data: any object is right there.
      fc.pre(
        !(['variables', 'metadata'].includes(place.join('.')) && Object(value) === value && !Array.isArray(value)),
      );
      const { errors = [] } = check(sendRequestSchema, replacedAt(request, place, value));
      const field = place.join('.');
      expect(errors).not.toEqual([]);
      // A field of the wrong shape may be told by what is in it, or lacks.
      for (const error of errors) expect(`${error.field}.`.startsWith(`${field}.`)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('a field that nobody knows is named, at whatever depth', () => {
  const closed = ['', 'to.', 'template.', 'content.'];
  const withMore = fc.tuple(
    sendRequest,
    fc.constantFrom(...closed),
    fc.stringMatching(/^x_[a-z]{1,20}$/),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(withMore, ([request, inside, name, value]) => {
      const place = [...inside.split('.').filter(Boolean), name];
      fc.pre(place.length === 1 || (place[0] as string) in request);
      const { errors } = check(sendRequestSchema, replacedAt(request, place, value));
      expect(errors).toMatchObject([{ field: place.join('.'), code: 'object_unknown' }]);
    }),
    { numRuns: 500 },
  );
});

test('no control character gets into anything that becomes a header: subjects, names, addresses, keys', () => {
  const control = fc.constantFrom('\r', '\n', '\r\n', '\u0000', '\u001b', '\u007f');
  const smuggled = fc.tuple(line, control, line).map((parts) => parts.join(''));
  const contentOnly = { content: { body: 'B' } };
  const placed = (value: string): [Parameters<typeof check>[0], Json, string][] => [
    [sendRequestSchema, { user_id: 'u', content: { title: value } }, 'content.title'],
    [sendRequestSchema, { to: { email: `${value}@a.example` }, ...contentOnly }, 'to.email'],
    [sendRequestSchema, { to: { phone: `+1415555${value}` }, ...contentOnly }, 'to.phone'],
    [sendRequestSchema, { to: { device_tokens: [value] }, ...contentOnly }, 'to.device_tokens.0'],
    [sendRequestSchema, { user_id: 'u', ...contentOnly, idempotency_key: value }, 'idempotency_key'],
    [userPutSchema, { name: value }, 'name'],
    [userPutSchema, { email: `a@${value}.example` }, 'email'],
  ];
  fc.assert(
    fc.property(smuggled, (value) => {
      for (const [schema, request, field] of placed(value)) {
        const fields = new Set(check(schema, request).errors?.map((error) => error.field));
        expect(fields).toEqual(new Set([field]));
      }
    }),
  );
});
