/**
 * `fr_ca` -> `fr-CA`, `zh-hant` -> `zh-Hant`: one spelling for what is the same locale, so that a template can't have
 * two drafts for it. Only the spelling: Intl would also replace old codes, and those who ask for `iw` would not find `he`.
 */
export function canonicalLocale(locale: string): string {
  const [language = '', ...rest] = locale.toLowerCase().split(/[-_]/);
  return [language, ...rest.map(canonicalSubtag)].join('-');
}

/** Regions have two letters, scripts four. */
function canonicalSubtag(subtag: string): string {
  if (/^[a-z]{2}$/.test(subtag)) return subtag.toUpperCase();
  if (/^[a-z]{4}$/.test(subtag)) return `${subtag.charAt(0).toUpperCase()}${subtag.slice(1)}`;
  return subtag;
}
