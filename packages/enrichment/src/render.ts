import {
  type Channel,
  canonicalLocale,
  closestLocales,
  type TemplateVersion,
  variablesSchemaOf,
} from '@notify/contracts';
import type Joi from 'joi';
import { mapSources, mapValues, type PerSource } from './per-source.ts';
import { runsCode } from './runs-code.ts';
import { type CompiledSource, parseSource, renderSource, TemplateRenderError, toScope } from './template-engine.ts';

/** What a channel shows: email title (the subject), body and html; sms body; push title, body and data; in_app title, body and actionUrl. */
export interface RenderedContent {
  title?: string;
  body?: string;
  html?: string;
  data?: Record<string, string>;
  actionUrl?: string;
}

/** A published version, parsed and ready to render. Its locales are keyed by their canonical form. */
export interface CompiledTemplateVersion {
  readonly code: string;
  readonly version: number;
  readonly defaultLocale: string;
  readonly locales: ReadonlyMap<string, PerSource<CompiledSource>>;
  /** For the variables that are declared. */
  readonly variablesSchema?: Joi.ObjectSchema;
}

/** The caller gave too few variables; all the missing ones are named at once. */
export class MissingVariablesError extends Error {
  /** As paths: `name`, `order.id`. */
  readonly variables: string[];

  constructor(variables: string[]) {
    super(`missing variables: ${variables.join(', ')}`);
    this.name = 'MissingVariablesError';
    this.variables = variables;
  }
}

/** @throws TemplateSyntaxError, which a version that template-service has published does not. */
export function compileTemplateVersion(version: TemplateVersion): CompiledTemplateVersion {
  const locales = new Map<string, PerSource<CompiledSource>>();
  for (const [locale, sources] of Object.entries(version.locales)) {
    const compiled = mapSources(sources, (source, _field, html) => parseSource(source, { html }));
    locales.set(canonicalLocale(locale), compiled);
  }
  const { code, defaultLocale, variables } = version;
  const variablesSchema = variables && variablesSchemaOf(variables);
  return { code, version: version.version, defaultLocale, locales, variablesSchema };
}

/** `fr-CA` -> `fr` -> the template's default. @returns the canonical form of one that the template has, if it has the default. */
export function localeFor(version: CompiledTemplateVersion, locale: string | undefined): string {
  const closest = closestLocales(locale ?? '').find((each) => version.locales.has(each));
  return closest ?? canonicalLocale(version.defaultLocale);
}

function sourcesFor(version: CompiledTemplateVersion, locale: string | undefined): PerSource<CompiledSource> {
  return version.locales.get(localeFor(version, locale)) ?? {};
}

/** The channels that have content in the locale that would be used. */
export function channelsOf(version: CompiledTemplateVersion, locale: string | undefined): Set<Channel> {
  const sources = sourcesFor(version, locale);
  return new Set((Object.keys(sources) as Channel[]).filter((channel) => sources[channel] !== undefined));
}

/** For what ends up in a header or a one-line field: no line break may smuggle another header in. */
function singleLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the point
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

/**
 * One channel's content. Pure but for the `date` filter's "now".
 * @param locale as the recipient wants it; falls back `fr-CA` -> `fr` -> the template's default.
 * @param variables the caller's JSON; it is not changed.
 * @throws MissingVariablesError naming all that lack in this channel's content.
 * @throws TemplateRenderError when the template fails on these variables, is over its limits, or has nothing for this channel.
 */
export function renderTemplate(
  version: CompiledTemplateVersion,
  channel: Channel,
  locale: string | undefined,
  variables: Record<string, unknown>,
): RenderedContent {
  const { content, missing } = renderWithGaps(version, channel, locale, variables);
  if (missing.length > 0) throw new MissingVariablesError(missing);
  return content;
}

/**
 * As {@link renderTemplate}, but for those who look and don't send: what is missing is named, and shown as `[name]`.
 * @throws TemplateRenderError
 */
export function renderWithGaps(
  version: CompiledTemplateVersion,
  channel: Channel,
  locale: string | undefined,
  variables: Record<string, unknown>,
): { content: RenderedContent; missing: string[] } {
  const { email, sms, push, in_app } = { ...sourcesFor(version, locale) };
  const scope = toScope(variables);
  const missing = new Set<string>();
  const text = (source: CompiledSource): string => {
    const rendered = renderSource(source, scope);
    for (const name of rendered.missing) missing.add(name);
    return rendered.text;
  };
  const optional = (source: CompiledSource | undefined) => (source === undefined ? undefined : text(source));
  const line = (source: CompiledSource) => singleLine(text(source));

  let content: RenderedContent | undefined;
  if (channel === 'email' && email !== undefined) {
    content = { title: line(email.subject), body: optional(email.text), html: optional(email.html) };
  } else if (channel === 'sms' && sms !== undefined) {
    content = { body: text(sms.text) };
  } else if (channel === 'push' && push !== undefined) {
    content = { title: line(push.title), body: text(push.body), data: push.data && mapValues(push.data, text) };
  } else if (channel === 'in_app' && in_app !== undefined) {
    const { title, body, action_url } = in_app;
    content = { title: line(title), body: text(body), actionUrl: action_url && line(action_url) };
    if (content.actionUrl !== undefined && runsCode(content.actionUrl)) {
      throw new TemplateRenderError('action_url would run code where it is opened');
    }
  }
  if (content === undefined) throw new TemplateRenderError(`the template has nothing for ${channel}`);
  return { content, missing: [...missing] };
}
