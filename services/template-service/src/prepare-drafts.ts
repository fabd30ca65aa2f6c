import { AppError, type FieldError, type TemplateSizesJson, type TemplateSources } from '@notify/contracts';
import { findSourceProblems } from '@notify/enrichment';
import { compileEmails } from './compile-emails.ts';
import { measureContent } from './measure-content.ts';
import type { TemplateContent } from './version-store.ts';

/** As long as HTML may be that is written by hand. */
const MAX_HTML_CHARACTERS = 200_000;

/** @throws AppError `template_invalid` when there are any. */
export function refuseErrors(errors: FieldError[]): void {
  if (errors.length === 0) return;
  const count = errors.length;
  throw new AppError('template_invalid', `${count} problem${count === 1 ? '' : 's'} in the template`, { errors });
}

/** What keeps these sources from being a template by themselves. @param prefix of each field */
function syntaxErrors(sources: TemplateSources, prefix: string): FieldError[] {
  return findSourceProblems(sources).map((problem) => ({ ...problem, field: `${prefix}${problem.field}` }));
}

/**
 * The sources as they are sent: MJML compiled, and a text derived where an email has none.
 * @param prefixOf of the fields in errors.
 * @throws AppError `template_invalid` with every problem.
 */
export async function compileLocales(
  drafts: Record<string, TemplateSources>,
  prefixOf: (locale: string) => string,
): Promise<Record<string, TemplateSources>> {
  const entries = Object.entries(drafts);
  refuseErrors(entries.flatMap(([locale, sources]) => syntaxErrors(sources, prefixOf(locale))));

  const toCompile = entries.flatMap(([locale, { email }]) =>
    email !== undefined && (email.mjml !== undefined || email.text === undefined) ? [{ locale, email }] : [],
  );
  const compiled = await compileEmails(
    toCompile.map(({ email: { mjml, html, text } }) => ({ mjml, html, wantsText: text === undefined })),
  );
  const errors: FieldError[] = [];
  const locales = { ...drafts };
  toCompile.forEach(({ locale, email }, index) => {
    const { html, text = email.text, problems = [] } = compiled[index] ?? {};
    const field = `${prefixOf(locale)}email.${email.mjml === undefined ? 'html' : 'mjml'}`;
    errors.push(...problems.map((message) => ({ field, code: 'mjml_invalid', message })));
    if (html !== undefined && html.length > MAX_HTML_CHARACTERS) {
      const message = `its HTML has ${html.length} characters, more than ${MAX_HTML_CHARACTERS}`;
      errors.push({ field, code: 'too_long', message });
    }
    locales[locale] = { ...drafts[locale], email: { ...email, html, text } };
  });
  refuseErrors(errors);
  // Their Liquid is that of the sources, but it may have come apart: an element can hold half of a condition, and be left out.
  refuseErrors(Object.entries(locales).flatMap(([locale, sources]) => syntaxErrors(sources, prefixOf(locale))));
  return locales;
}

/** Where an error of one of several drafts is. */
export const draftPrefix = (locale: string) => `draft.${locale}.`;

/**
 * Drafts as they are published, and how large they are.
 * @throws AppError `template_invalid` with every problem of one kind: sources first, then what rendering them shows.
 */
export async function prepareDrafts(
  drafts: TemplateContent,
): Promise<{ locales: TemplateContent['locales']; sizes: TemplateSizesJson }> {
  const { default_locale: defaultLocale } = drafts;
  if (drafts.locales[defaultLocale] === undefined) {
    const message = `there is no draft for the default locale ${defaultLocale}`;
    throw new AppError('template_invalid', message, {
      errors: [{ field: `draft.${defaultLocale}`, code: 'draft_missing', message }],
    });
  }
  const locales = await compileLocales(drafts.locales, draftPrefix);
  const { sizes, errors } = measureContent({ ...drafts, locales }, draftPrefix);
  refuseErrors(errors);
  return { locales, sizes };
}
