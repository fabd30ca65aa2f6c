import { parseArgs } from 'node:util';
import { VENDORS, type Vendor } from './bare/bare-messages.ts';
import { INBOX_CAPACITY } from './sandbox-inbox.ts';

export interface BenchOptions {
  vendors: readonly Vendor[];
  rounds: number;
  count: number;
  halfLoadSeconds: number;
  jsonFile?: string;
}

/**
 * Reads `--vendor=http|smtp|both --rounds=3 --count=10000 --half-load-seconds=10 --json=FILE`; these are the defaults.
 *
 * @throws Error with one clear line about what is wrong
 */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { vendor: text, rounds: text, count: text, 'half-load-seconds': text, json: text },
  });
  const whole = (name: keyof typeof values, standard: number, max: number): number => {
    const value = Number(values[name] ?? standard);
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    throw new Error(`--${name}=${values[name]} is not a number from 1 to ${max}.`);
  };
  return {
    vendors: vendorsOf(values.vendor ?? 'both'),
    rounds: whole('rounds', 3, 100),
    count: whole('count', 10_000, INBOX_CAPACITY),
    halfLoadSeconds: whole('half-load-seconds', 10, 600),
    jsonFile: values.json,
  };
}

function vendorsOf(name: string): readonly Vendor[] {
  if (name === 'both') return VENDORS;
  const vendors = VENDORS.filter((vendor) => vendor === name);
  if (vendors.length === 0) throw new Error(`--vendor=${name} is not known: ${VENDORS.join(', ')}, both.`);
  return vendors;
}
