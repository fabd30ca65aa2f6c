import { closestLocales } from '@notify/contracts';
import type { Request } from 'express';
import { PAGE_WORDS, type PageWords } from './page-words.ts';

/** How the page speaks to somebody. */
export interface PageLanguage {
  words: PageWords;
  /** For the titles of types, which may have one for `fr-CA` where the page's words are `fr`. */
  locale: string;
}

const byLanguage = new Map(PAGE_WORDS.map((words) => [words.language, words]));

/**
 * The person's own language if the page speaks it (`fr-CA` -> `fr`), else the one that their browser likes best of those that it does, else
 * English.
 * @param ownLocale of the user, where it is known who that is.
 */
export function chooseLanguage(request: Request, ownLocale = ''): PageLanguage {
  const own = closestLocales(ownLocale).find((locale) => byLanguage.has(locale));
  const chosen = own ?? request.acceptsLanguages([...byLanguage.keys()]);
  const words = byLanguage.get(chosen || '') ?? PAGE_WORDS[0];
  return { words, locale: own === undefined ? words.language : ownLocale };
}
