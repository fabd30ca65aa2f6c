/** What PostgreSQL refuses in a text: NUL, and half of a surrogate pair. Valid UTF-8 brings them only as escapes. */
const UNSTORABLE_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

/** A text that PostgreSQL takes; what it would refuse is replaced by U+FFFD. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storable(item)]));
}

/**
 * A message's body as JSON that can be stored.
 * @returns undefined when it is not JSON.
 */
export function parseJson(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    // The search costs little; walking every message would not.
    return UNSTORABLE_ESCAPE.test(text) ? storable(value) : value;
  } catch {
    return undefined;
  }
}
