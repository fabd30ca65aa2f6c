import fc from 'fast-check';
import type { JsonSchema } from './open-api.ts';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** Text that has broken something somewhere: databases, headers, paths, templates, time zones, pages. */
const HOSTILE_TEXT = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\u202etxt.exe',
  'e\u0301\u0300\u0302'.repeat(200),
  '👩‍👩‍👧‍👦'.repeat(40),
  '\ufeff',
  '\uffff',
  'a\r\nBcc: someone@sandbox.test',
  "' OR 1=1; DROP TABLE notifications; --",
  '{{ "x" | raw }}{% include "/etc/passwd" %}',
  '{% for i in (1..100000000) %}x{% endfor %}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as somebody may send it
  '${jndi:ldap://127.0.0.1/x}',
  '../../../../etc/passwd',
  '..',
  '.',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '<script>alert(1)</script>',
  'x'.repeat(1_000),
  'x'.repeat(70_000),
  'é'.repeat(128),
  'NaN',
  '-0',
  '1e999',
  'null',
  'infinity',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.001Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '00000000-0000-0000-0000-000000000000',
  'WyJub3ciLCJ4Il0',
] as const;

const HOSTILE_NUMBERS = [0, -0, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, Number.MIN_VALUE];

export const hostileText = (): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXT) }, fc.string({ unit: 'binary', maxLength: 200 }));

/** What no field wants, in every type that JSON has. */
export const hostileValue = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: hostileText() },
    fc.constantFrom<unknown>(...HOSTILE_NUMBERS, null, true, false, [], {}, [null], nested(60), nested(2_000)),
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(hostileText(), fc.constantFrom<unknown>(1, 'x', null, [])),
  );

/** What schemas can't say of a field: that it exists, or that it is possible. By the field's name. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

const FORMATS: Record<string, fc.Arbitrary<string>> = {
  email: fc.stringMatching(/^[a-z]{3,8}@sandbox\.test$/),
  'date-time': fc
    .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
};

const fittingText = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  if (schema.format !== undefined && schema.format in FORMATS) return FORMATS[schema.format] as fc.Arbitrary<string>;
  return fc.stringMatching(/^[A-Za-z]{2,3}$/);
};

/** Values that fit the schema, or nearly: the rules between fields are left to chance. */
export function fittingValue(schema: JsonSchema, known: KnownValues, name = ''): fc.Arbitrary<unknown> {
  const knownValues = known[name];
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object': {
      // Free data: whatever JSON can say fits.
      if (schema.additionalProperties === true) return fc.dictionary(hostileText(), hostileValue(), { maxKeys: 2 });
      const fields = Object.entries(schema.properties ?? {}).map(
        ([field, child]) => [field, fittingValue(child, known, field)] as const,
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
    }
    case 'array':
      return fc.array(fittingValue(schema.items ?? {}, known), {
        minLength: schema.minItems ?? 0,
        // Enough to be a list; a batch of thousands for every request would only take time.
        maxLength: Math.min(schema.maxItems ?? 5, 5),
      });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000 });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    default:
      return knownValues === undefined ? fittingText(schema) : fc.constantFrom(...knownValues);
  }
}

/** A documented example, about a user, a template and a notification that exist. */
function exampleValue(example: unknown, known: KnownValues): unknown {
  if (Array.isArray(example)) return example.map((item) => exampleValue(item, known));
  if (typeof example !== 'object' || example === null) return example;
  const entries = Object.entries(example).map(([key, child]) => [key, known[key]?.[0] ?? exampleValue(child, known)]);
  return Object.fromEntries(entries);
}

/** The example with one field more, or another, that fits its schema: most of these are valid. */
export function variedExample(example: unknown, schema: JsonSchema, known: KnownValues): fc.Arbitrary<unknown> {
  const base = exampleValue(example, known) as object;
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return fc.constant(base);
  return fc
    .oneof(...fields.map(([name, child]) => fittingValue(child, known, name).map((value) => [name, value] as const)))
    .map(([name, value]) => ({ ...base, [name]: value }));
}

/** What one part of the system takes and another can't keep: a database, a header, a parser with little stack. */
const UNCARRIABLE: readonly unknown[] = [
  'a\u0000b',
  '\ud800',
  'x\udfffy',
  { '\u0000': 1 },
  { '\ud800': 1 },
  Object.fromEntries([['__proto__', { isAdmin: true }]]),
  nested(200),
];

/** Where a schema takes any JSON: what is there is checked by nobody but those who have to carry it. */
function freePlaces(schema: JsonSchema, place: readonly string[] = []): (readonly string[])[] {
  if (schema.additionalProperties === true) return [place];
  const ofItems = schema.items === undefined ? [] : freePlaces(schema.items, [...place, '0']);
  const children = Object.entries(schema.properties ?? {});
  return [...ofItems, ...children.flatMap(([name, child]) => freePlaces(child, [...place, name]))];
}

/** Valid, and seldom thought of. */
const SELDOM = { empty: '', ' ': 0, nothing: null, none: [], constructor: {}, toString: [[]], length: -1, no: false };

/** The example with what is seldom thought of as free data: valid, or all but one text or one piece of that data, which can't be carried. */
export function spoiltExample(example: unknown, schema: JsonSchema, known: KnownValues): fc.Arbitrary<unknown> {
  const freeData = freePlaces(schema);
  const base = freeData.reduce((value, place) => replacedAt(value, place, SELDOM), exampleValue(example, known));
  const texts = placesOf(base).filter((place) => typeof valueAt(base, place) === 'string');
  const free = freeData.map((place) => [...place, 'spoilt']);
  if (texts.length + free.length === 0) return fc.constant(base);
  const spoilt = fc
    .tuple(
      // Free data first: a text is mostly refused for its own sake.
      fc.oneof(
        ...(free.length === 0 ? [] : [{ weight: 3, arbitrary: fc.constantFrom(...free) }]),
        ...(texts.length === 0 ? [] : [{ weight: 1, arbitrary: fc.constantFrom(...texts) }]),
      ),
      fc.constantFrom(...UNCARRIABLE),
    )
    .map(([place, value]) => replacedAt(base, place, value));
  return fc.oneof({ weight: 2, arbitrary: spoilt }, fc.constant(base));
}

/** Deeper ones are in what is hostile already, and may be too deep to walk. */
const MAX_PLACE_DEPTH = 8;

/** Every place in a value, as the way to it; the value itself is `[]`. */
function placesOf(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || place.length === MAX_PLACE_DEPTH) return [place];
  return [place, ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...place, key]))];
}

const valueAt = (value: unknown, place: readonly string[]): unknown =>
  place.reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

function replacedAt(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  // Not an assignment: that would set the prototype where the key is `__proto__`.
  const child = replacedAt(valueAt(value, [key]), rest, replacement);
  Object.defineProperty(copy, key, { value: child, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** The same value with one thing wrong: something in it replaced, or a field more. */
export function brokenValue(fitting: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fitting, fc.nat(), hostileValue(), hostileText(), fc.boolean())
    .map(([value, pick, hostile, field, isMore]) => {
      const places = placesOf(value);
      const place = places[pick % places.length] as readonly string[];
      return replacedAt(value, isMore && place.length === 0 ? [field] : place, hostile);
    });
}
