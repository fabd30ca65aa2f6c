/** What a vendor's answer says; empty where it is no JSON object: a body that is left out, a page of a proxy. */
export function jsonObject(body: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
