import type { TemplateSources } from '@notify/contracts';
import { mapSources } from './per-source.ts';
import { parseSource, TemplateSyntaxError, variablesOf } from './template-engine.ts';

export interface SourceProblem {
  /** Dotted: `email.subject`. */
  field: string;
  /** With the line. */
  message: string;
}

/** Everything that keeps these sources from being a template; empty when they are one. MJML is only looked at as Liquid. */
export function findSourceProblems(sources: TemplateSources): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const parse = (source: string, field: string, html: boolean) => {
    try {
      parseSource(source, { html });
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      problems.push({ field, message: error.message });
    }
  };
  mapSources(sources, parse);
  if (sources.email?.mjml !== undefined) parse(sources.email.mjml, 'email.mjml', true);
  return problems;
}

/** The variables that sources without problems ask for, each with the places where it is used. */
export function findUsedVariables(sources: TemplateSources): Map<string, string[]> {
  const places = new Map<string, string[]>();
  mapSources(sources, (source, field, html) => {
    for (const name of variablesOf(parseSource(source, { html })))
      places.set(name, [...(places.get(name) ?? []), field]);
  });
  return places;
}
