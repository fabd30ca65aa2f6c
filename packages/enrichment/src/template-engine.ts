import {
  type Context,
  type Emitter,
  type FilterImplOptions,
  filters,
  Liquid,
  LiquidError,
  type Template,
} from 'liquidjs';
import { ForgivingContext, missingName } from './forgiving-context.ts';

/** Longer than any source that the API accepts. */
const PARSE_LIMIT_CHARACTERS = 250_000;
/** Per source, all passes together. Far above what a real template needs (well under a millisecond). */
const RENDER_LIMIT_MS = 200;
/** Roughly characters: output written, strings and arrays made. */
const MEMORY_LIMIT = 2_000_000;
/** A caller who forgot more than this learns the rest at the next try. */
const MAX_MISSING_NAMES = 50;

/**
 * Not here, on purpose: include, render, layout and block (they read other templates), increment and decrement
 * (they write into the variables, which subject, text and HTML share).
 */
const ALLOWED_TAGS = new Set(
  'assign break capture case comment continue cycle echo for if liquid raw tablerow unless #'.split(' '),
);
/**
 * Not here, on purpose: raw (prints without escaping), newline_to_br (makes HTML), push, unshift and group_by (they nest
 * arrays, and a few dozen nestings print for ever), the *_exp family and where (they evaluate source text at render time).
 */
const ALLOWED_FILTERS = new Set(
  [
    'abs at_least at_most ceil divided_by floor minus modulo plus round times',
    'append capitalize downcase lstrip normalize_whitespace number_of_words prepend remove remove_first remove_last replace',
    'replace_first replace_last rstrip slice split squish strip strip_html strip_newlines truncate truncatewords upcase',
    'array_to_sentence_string compact concat first join last map reverse size sort sort_natural sum uniq',
    'date date_to_long_string date_to_rfc822 date_to_string date_to_xmlschema',
    'escape escape_once url_decode url_encode default json',
  ].flatMap((line) => line.split(' ')),
);

type FilterHandler = Exclude<FilterImplOptions, { raw: boolean }>;

/** The source can't be a template: it does not parse, or uses a tag or filter that is not allowed. */
export class TemplateSyntaxError extends Error {
  /** 1-based. */
  readonly line: number;

  constructor(message: string, line: number, cause: unknown) {
    super(`${message} (line ${line})`, { cause });
    this.name = 'TemplateSyntaxError';
    this.line = line;
  }
}

/** The template failed on these variables, or ran out of time or memory. Trying again would not help. */
export class TemplateRenderError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TemplateRenderError';
  }
}

/** A parsed source, bound to the rules under which it was parsed. */
export interface CompiledSource {
  readonly engine: Liquid;
  readonly templates: Template[];
}

/** Liquid's own emitter is unbounded: a loop around static text would grow until the process dies. */
class BoundedEmitter implements Emitter {
  buffer = '';
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  write(value: unknown): void {
    const text = printable(value);
    this.#context.memoryLimit.use(text.length);
    this.buffer += text;
  }
}

/** @throws TypeError for an object: nobody wants to read "[object Object]" in a message. */
function printable(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(printable).join('');
  return String(value);
}

function createEngine(html: boolean): Liquid {
  const engine = new Liquid({
    templates: {},
    outputEscape: html ? 'escape' : undefined,
    strictVariables: true,
    strictFilters: true,
    // Asking whether a variable is there, or giving its default, is how a template says that it is optional.
    lenientIf: true,
    ownPropertyOnly: true,
    parseLimit: PARSE_LIMIT_CHARACTERS,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    // The same text wherever the process runs.
    timezoneOffset: 0,
    locale: 'en-US',
  });
  for (const name of Object.keys(engine.tags)) if (!ALLOWED_TAGS.has(name)) delete engine.tags[name];
  for (const name of Object.keys(engine.filters)) if (!ALLOWED_FILTERS.has(name)) engine.unregisterFilter(name);
  if (html) {
    // `raw` here means "escaped already": {{ x | escape }} must not be escaped twice.
    for (const name of ['escape', 'escape_once'] as const) {
      engine.registerFilter(name, { raw: true, handler: filters[name] as FilterHandler });
    }
  }
  const { renderer } = engine;
  const renderTemplates = renderer.renderTemplates.bind(renderer);
  renderer.renderTemplates = (templates, context, emitter = new BoundedEmitter(context)) =>
    renderTemplates(templates, context, emitter);
  return engine;
}

const htmlEngine = createEngine(true);
const textEngine = createEngine(false);

/** Liquid's message without the position that it appends. */
function reasonOf(error: unknown): string {
  const original = LiquidError.is(error) ? (error.originalError ?? error) : error;
  return original instanceof Error ? original.message.replace(/, line:\d+, col:\d+$/, '') : String(original);
}

function lineOf(error: unknown): number {
  return LiquidError.is(error) ? (error.token.getPosition()[0] ?? 1) : 1;
}

/**
 * @param options.html escape what variables bring; only HTML email wants that.
 * @throws TemplateSyntaxError
 */
export function parseSource(source: string, options: { html: boolean }): CompiledSource {
  const engine = options.html ? htmlEngine : textEngine;
  try {
    return { engine, templates: engine.parse(source) };
  } catch (error) {
    throw new TemplateSyntaxError(reasonOf(error), lineOf(error), error);
  }
}

/** The variables that a source asks its caller for, by the first part of their path, whatever way leads to them. */
export function variablesOf({ engine, templates }: CompiledSource): string[] {
  return engine.globalVariablesSync(templates);
}

export interface RenderedSource {
  /** With `[name]` where a variable is missing; empty where that can't be shown. */
  text: string;
  /** As paths: `name`, `order.id`. */
  missing: string[];
}

/**
 * Renders one source, and names every variable that it lacks on the way that these variables lead through it.
 * @param scope made by {@link toScope}.
 * @throws TemplateRenderError
 */
export function renderSource({ engine, templates }: CompiledSource, scope: object): RenderedSource {
  const missing: string[] = [];
  let renderLimit: Context['renderLimit'] | undefined;
  for (;;) {
    const context = new ForgivingContext(scope, engine.options, { sync: true }, { renderLimit, liquid: engine });
    for (const name of missing) context.known.add(name);
    // One deadline for all passes.
    renderLimit = context.renderLimit;
    try {
      return { text: String(engine.renderSync(templates, context)), missing };
    } catch (error) {
      const name = missingName(error);
      if (name !== undefined && !missing.includes(name) && missing.length < MAX_MISSING_NAMES) missing.push(name);
      // Whatever else goes wrong after that may be the placeholder's fault.
      else if (missing.length > 0) return { text: '', missing };
      else throw new TemplateRenderError(`${reasonOf(error)} (line ${lineOf(error)})`, error);
    }
  }
}

/**
 * Callers' JSON as templates see it: without prototypes, and without nulls, since a name that was given as null would
 * leave the same hole as one that was not given.
 * @throws TemplateRenderError when they are nested thousands of levels deep.
 */
export function toScope(variables: Record<string, unknown>): object {
  try {
    return copyOf(variables) as object;
  } catch (error) {
    throw new TemplateRenderError('the variables are nested too deeply', error);
  }
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, each] of Object.entries(value)) if (each !== null) copy[key] = copyOf(each);
  return copy;
}
