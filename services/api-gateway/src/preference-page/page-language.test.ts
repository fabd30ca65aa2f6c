import { expect, test } from '@jest/globals';
import express, { type Request } from 'express';
import { chooseLanguage } from './page-language.ts';

const requestOf = (acceptLanguage?: string): Request =>
  Object.assign(Object.create(express.request), { headers: { 'accept-language': acceptLanguage } });

test.each([
  ['fr', 'es', 'fr'],
  ['fr-CA', 'es', 'fr'],
  ['es_mx', undefined, 'es'],
  ['de', 'es', 'es'],
  [undefined, 'fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
  [undefined, 'de-AT,de;q=0.9,es-419;q=0.5,en;q=0.3', 'es'],
  [undefined, 'de', 'en'],
  [undefined, '*', 'en'],
  [undefined, ';;q=x', 'en'],
  [undefined, undefined, 'en'],
])('with the locale %s and a browser that asks for %s the page is in %s', (locale, acceptLanguage, expected) => {
  expect(chooseLanguage(requestOf(acceptLanguage), locale).words.language).toBe(expected);
});

test("titles are looked up in the person's own locale only where the page speaks its language", () => {
  expect(chooseLanguage(requestOf('es'), 'fr-CA').locale).toBe('fr-CA');
  expect(chooseLanguage(requestOf('es'), 'de-AT').locale).toBe('es');
});
