import { Context, Drop, LiquidError } from 'liquidjs';

/** Stands in for a missing variable while the other missing ones are looked for: any property, one element, truthy. */
class Placeholder extends Drop {
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  override liquidMethodMissing(): this {
    return this;
  }

  *[Symbol.iterator](): Generator<this> {
    yield this;
  }

  override toString(): string {
    return `[${this.#name}]`;
  }
}

/** Knows the names that were found missing in earlier passes. */
export class ForgivingContext extends Context {
  readonly known = new Set<string>();

  override *_getFromScope(...lookup: Parameters<Context['_getFromScope']>): IterableIterator<unknown> {
    try {
      return yield super._getFromScope(...lookup);
    } catch (error) {
      const name = missingName(error);
      if (name === undefined || !this.known.has(name)) throw error;
      return new Placeholder(name);
    }
  }
}

/** Liquid exports the class of neither error. */
export function missingName(error: unknown): string | undefined {
  const original = LiquidError.is(error) ? error.originalError : error;
  return original instanceof Error && original.name === 'InternalUndefinedVariableError'
    ? (original as Error & { variableName: string }).variableName
    : undefined;
}
