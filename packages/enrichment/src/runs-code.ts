const SCHEMES_OF_CODE = /^(?:javascript|vbscript|data):/i;

/**
 * Whether whoever opens this link would run it, or a page that is in it, as part of their own page: `javascript:`, `vbscript:`, `data:`.
 * Everything else is a place: http, mailto, tel, a path, an app's own scheme.
 * White space, control and invisible characters are passed over, as browsers do with some of them, and apps with others.
 */
export function runsCode(link: string): boolean {
  return SCHEMES_OF_CODE.test(link.replace(/[\s\p{C}]+/gu, ''));
}
