import type { MachineFacts } from '../../bench/machine-facts.ts';
import { FAULT_GROUPS, type FaultGroup, type FaultRow } from '../../tests/faults/fault-row.ts';

/** Where and on what the faults were tried. */
export type ReportFacts = MachineFacts & {
  readonly redis: string;
  readonly mode: 'native' | 'compose';
  /** YYYY-MM-DD */
  readonly date: string;
};

const HEADING = [
  ...[
    'Fault',
    'Accepted',
    'Refused (503)',
    'Lost',
    'Duplicated',
    'Allowed',
    'Unknown',
    'Fault lasted',
    'All settled after',
  ],
  'Result',
];

const HOW_TO_READ = `## How to read it

Each line is one run: a known set of notifications goes through the public API, one fault strikes when a third of it is on its way, and then every
id that was answered 202 is looked up.

- **Accepted**: answered 202. **Refused (503)**: told to come again, with \`Retry-After\`; the client knows that nothing was taken. Where the gateway itself
  was killed, some requests got no answer at all; they are in neither column.
- **Lost**: accepted, and then not settled as sent, delivered or unknown within 150 s (and 5 ms for each, which only the flood needs), or settled as sent and never seen at the vendor. Must be 0.
- **Duplicated**: arrivals at the vendors beyond the first of each notification, counted by the sandbox after the lanes and rungs are empty.
- **Allowed**: how many duplicates the guarantee permits: the provider calls that were cut off while in flight, counted from the attempts with the class
  \`unknown\` in the records. The bound holds for each notification too: one whose calls were all answered must have arrived once. Where another bound
  applies, the result says which.
- **Unknown**: settled as \`unknown\`: a call was cut off, and so was the one that repeated it.
- **Fault lasted**: from the strike until whatever was struck was itself again. **All settled after**: from the strike until the last accepted
  notification was seen settled through the API, including those that were sent while the fault lasted.

What this does not show: clusters (every server is a single node), a disk that is lost, and vendors that answer 202 and drop the message.
`;

/** docs/reliability-report.md, whole. */
export function reliabilityReport(facts: ReportFacts, rows: readonly FaultRow[]): string {
  const tried = rows.filter(({ skipped }) => skipped === undefined);
  const failed = tried.filter(({ passed }) => !passed);
  const skipped = rows.length - tried.length;
  const verdict = failed.length === 0 ? 'every one passed' : `**${failed.length} failed**`;
  const command = `npm run test:faults${facts.mode === 'compose' ? ' -- --mode=compose' : ''}`;
  return `# Reliability report

Written by \`${command}\`, which tries it all again and replaces this file; not edited by hand.

${facts.date}, ${facts.mode === 'compose' ? 'on docker compose' : 'natively'}: ${facts.cores} cores (${facts.cpu}), ${facts.memory_gb} GB of memory; Node ${facts.node}, RabbitMQ ${facts.rabbitmq}, PostgreSQL ${facts.postgresql}, Redis ${facts.redis}.

${tried.length} faults were tried, ${verdict}${skipped === 0 ? '' : `; ${skipped} could not be tried there`}. Accepted ${sum(tried, 'accepted')}, lost ${sum(tried, 'lost')}, duplicated ${sum(tried, 'duplicated')}.

${FAULT_GROUPS.map((group) => section(group, rows)).join('')}${HOW_TO_READ}`;
}

const sum = (rows: readonly FaultRow[], key: 'accepted' | 'lost' | 'duplicated'): string =>
  rows.reduce((total, row) => total + (row[key] ?? 0), 0).toLocaleString('en');

function section(group: FaultGroup, rows: readonly FaultRow[]): string {
  const own = rows.filter((row) => row.group === group);
  if (own.length === 0) return '';
  return `## ${group}\n\n${[HEADING, HEADING.map(() => '---'), ...own.map(cells)].map(line).join('')}\n`;
}

const line = (values: readonly string[]): string => `| ${values.join(' | ')} |\n`;

function cells(row: FaultRow): string[] {
  const figures = [row.accepted, row.refused, row.lost, row.duplicated, row.allowedDuplicates, row.unknown];
  const durations = [row.faultSeconds, row.recoverySeconds];
  return [
    row.fault,
    ...figures.map((figure) => figure?.toLocaleString('en') ?? '-'),
    ...durations.map((seconds) => (seconds === undefined ? '-' : `${seconds.toFixed(1)} s`)),
    result(row),
  ].map((cell) => cell.replaceAll('|', '\\|'));
}

function result({ skipped, passed, note }: FaultRow): string {
  if (skipped !== undefined) return `skipped: ${skipped}`;
  return [passed ? 'passed' : '**FAILED**', note].filter(Boolean).join('; ');
}
