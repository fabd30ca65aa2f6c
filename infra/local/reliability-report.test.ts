import { expect, test } from '@jest/globals';
import type { FaultRow } from '../../tests/faults/fault-row.ts';
import { type ReportFacts, reliabilityReport } from './reliability-report.ts';

const facts: ReportFacts = {
  cores: 2,
  cpu: 'a processor',
  memory_gb: 8,
  node: '24.0.0',
  rabbitmq: '4.3.0',
  postgresql: '17.1',
  redis: '7.2.0',
  mode: 'native',
  date: '2026-01-31',
};
const row: FaultRow = {
  group: 'Redis',
  fault: 'Redis is killed',
  passed: true,
  accepted: 1_000,
  refused: 3,
  unanswered: 0,
  lost: 0,
  duplicated: 1,
  allowedDuplicates: 2,
  unknown: 0,
  faultSeconds: 1.24,
  recoverySeconds: 5.06,
};

test('a fault is a line with its figures, under the heading of its group', () => {
  const report = reliabilityReport(facts, [row]);
  expect(report).toContain('## Redis\n');
  expect(report).toContain('| Redis is killed | 1,000 | 3 | 0 | 1 | 2 | 0 | 1.2 s | 5.1 s | passed |\n');
  expect(report).toContain('1 faults were tried, every one passed. Accepted 1,000, lost 0, duplicated 1.');
});

test('a fault that failed before anything was counted is in the table, marked', () => {
  const report = reliabilityReport(facts, [{ group: 'Redis', fault: 'Redis hangs', passed: false, note: 'a | b' }]);
  expect(report).toContain('| Redis hangs | - | - | - | - | - | - | - | - | **FAILED**; a \\| b |\n');
  expect(report).toContain('**1 failed**');
});

test('a fault that could not be tried says why, and is not counted as tried', () => {
  const report = reliabilityReport(facts, [row, { group: 'RabbitMQ', fault: 'x', passed: true, skipped: 'no engine' }]);
  expect(report).toContain('| skipped: no engine |\n');
  expect(report).toContain('1 faults were tried, every one passed; 1 could not be tried there.');
});
