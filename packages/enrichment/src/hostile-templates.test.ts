import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import type { HostileOutcome, HostileTemplate } from '../test/hostile-render-thread.ts';

/** Far above the engine's own limit of 200 ms, since machines that test are busy. */
const MAX_DURATION_MS = 2_000;
/** Of the heap of the thread that renders them all, one after the other. */
const MAX_HEAP_MB = 96;

/** As many as fit into the longest source and the largest request that the API accepts. */
const spaces = ' '.repeat(200_000);
const list = Array.from({ length: 60_000 }, (_, index) => index % 7);
const text = 'a'.repeat(200_000);

const endless: Record<string, HostileTemplate> = {
  'a loop that never ends in time': {
    source: '{% for i in (1..9000) %}{% for j in (1..99) %}{% if i == j %}{% endif %}{% endfor %}{% endfor %}',
  },
  'an empty loop in an empty loop': {
    source: '{% for i in (1..5000) %}{% for j in (1..5000) %}{% endfor %}{% endfor %}',
  },
  'a huge range': { source: '{% for i in (1..1000000000) %}{% endfor %}' },
  'many large ranges': { source: '{% assign a = (1..100000) %}'.repeat(8_000) },
  'a loop around static text': { source: `{% for i in (1..100000) %}${'x'.repeat(1_000)}{% endfor %}` },
  'a string that doubles': {
    source: `{% assign a = "xxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(60)}{{ a }}`,
  },
  'a capture that doubles': {
    source: `{% capture a %}x{% endcapture %}${'{% capture a %}{{ a }}{{ a }}{% endcapture %}'.repeat(60)}`,
  },
  'an array that doubles': {
    source: `{% assign a = "x,y" | split: "," %}${'{% assign a = a | concat: a %}'.repeat(60)}{{ a }}`,
  },
  'a padded date': { source: '{{ "2026-01-01" | date: "%999999999Y" }}' },
  'a long chain of filters': { source: `{{ x ${'| upcase '.repeat(20_000)} }}`, variables: { x: text } },
  'a long list as JSON, often': { source: '{{ x | json | size }}'.repeat(10_000), variables: { x: list } },
  'a long list joined, often': {
    source: `{{ x | join: "${'y'.repeat(40)}" | size }}`.repeat(4_000),
    variables: { x: list },
  },
  'an unclosed output, often': { source: '{{ x '.repeat(50_000) },
  'an unclosed tag, often': { source: '{% if '.repeat(40_000) },
  'tags nested without end': { source: '{% if a %}'.repeat(20_000) },
  'a source that is too long': { source: 'x'.repeat(250_001) },
};

/** These may end by themselves, on a fast machine. */
const slow: Record<string, HostileTemplate> = {
  'a search through a long text, often': {
    source: '{% if x contains "b" %}{% endif %}'.repeat(6_000),
    variables: { x: text },
  },
  'a comparison of long lists, often': {
    source: '{% if x == y %}{% endif %}'.repeat(9_000),
    variables: { x: list, y: list },
  },
};

/** Regular expressions that look back and forth would take minutes for these. */
const slowFilters = Object.fromEntries(
  [
    'strip',
    'lstrip',
    'rstrip',
    'squish',
    'normalize_whitespace',
    'strip_html',
    'strip_newlines',
    'truncatewords',
  ].flatMap((filter) =>
    [`${spaces}x`, '<script'.repeat(30_000), '<!--'.repeat(50_000), '\n\t'.repeat(100_000)].map((x) => [
      `${filter} of ${JSON.stringify(x.slice(0, 8))}`,
      { source: `{{ x | ${filter} }}`, variables: { x } },
    ]),
  ),
);

test(`hostile templates end in time, within ${MAX_HEAP_MB} MB`, async () => {
  const templates: Record<string, HostileTemplate> = { ...endless, ...slow, ...slowFilters };
  const thread = new Worker(new URL('../test/hostile-render-thread.ts', import.meta.url), {
    workerData: Object.values(templates),
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const outcomes: HostileOutcome[] = [];
  thread.on('message', (outcome: HostileOutcome) => outcomes.push(outcome));
  // Out of memory is an error here, and the test ends with it.
  expect(await once(thread, 'exit')).toEqual([0]);

  const names = Object.keys(templates);
  expect(outcomes).toHaveLength(names.length);
  const tooSlow = outcomes.flatMap(({ durationMs }, index) => (durationMs > MAX_DURATION_MS ? [names[index]] : []));
  expect(tooSlow).toEqual([]);
  const refused = names.filter((_name, index) => outcomes[index]?.outcome !== 'rendered');
  expect(refused).toEqual(expect.arrayContaining(Object.keys(endless)));
});
