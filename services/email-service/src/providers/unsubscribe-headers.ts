/**
 * What mail programs show as "unsubscribe", in one click: https://www.rfc-editor.org/rfc/rfc8058#section-3.1
 * @param url undefined: none.
 */
export function unsubscribeHeaders(url: string | undefined): Record<string, string> {
  if (url === undefined) return {};
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}
