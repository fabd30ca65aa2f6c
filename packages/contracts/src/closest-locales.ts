import { canonicalLocale } from './canonical-locale.ts';

/** `fr_ca` -> `fr-CA`, `fr`: where to look for what is there in some locales only (by their canonical form), in this order. */
export function closestLocales(locale: string): string[] {
  const subtags = canonicalLocale(locale).split('-');
  return subtags.map((_, dropped) => subtags.slice(0, subtags.length - dropped).join('-'));
}
