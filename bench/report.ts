import { textTable } from '../infra/local/text-table.ts';
import type { Account } from './account.ts';
import type { Vendor } from './bare/bare-messages.ts';
import { EVERYTHING_ELSE } from './cpu-usage.ts';
import type { MachineFacts } from './machine-facts.ts';
import type { Memory } from './memory.ts';
import type { Percentiles } from './percentiles.ts';
import type { Round } from './run-round.ts';
import type { Spread, VendorSummary } from './summary.ts';

const TITLES: Record<Vendor, string> = { http: 'HTTP vendor (SMS by Twilio)', smtp: 'SMTP vendor (email)' };
/** Less than this is noise. */
const SHOWN_FROM_CPU_MS = 0.005;

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const perSecond = ({ median, min, max }: Spread): string => `${whole(median)} /s  (${whole(min)} - ${whole(max)})`;
const milliseconds = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const latency = ({ p50, p95, p99 }: Percentiles): string => `${[p50, p95, p99].map(milliseconds).join(' / ')} ms`;

/** One line for the screen, as soon as a round is over. */
export function roundText({ rate, half_load: { accept_ms, vendor_ms } }: Round): string {
  return `${whole(rate)} /s; at half of it accept p99 ${milliseconds(accept_ms.p99)} ms, vendor p99 ${milliseconds(vendor_ms.p99)} ms`;
}

export function vendorText({ vendor, ratio, full, bare }: VendorSummary): string {
  const rows = [
    ['', 'full system', 'bare pipeline'],
    ['end to end, 64 connections', perSecond(full.rate), perSecond(bare.rate)],
    ['at half of that', `${whole(full.half_load.rate)} /s`, `${whole(bare.half_load.rate)} /s`],
    ['  request to 202, p50 / p95 / p99', latency(full.half_load.accept_ms), latency(bare.half_load.accept_ms)],
    ['  request to vendor, p50 / p95 / p99', latency(full.half_load.vendor_ms), latency(bare.half_load.vendor_ms)],
  ];
  const ratioText = `full : bare = ${ratio.median.toFixed(2)}  (${ratio.min.toFixed(2)} - ${ratio.max.toFixed(2)})`;
  return `${TITLES[vendor]}\n${textTable(rows)}\n  ${ratioText}`;
}

/** Where the time goes: the later work on speed starts here. */
export function cpuText({ full, bare }: VendorSummary): string {
  const usages = [full.cpu_ms_per_notification, bare.cpu_ms_per_notification];
  const used = (name: string): number[] => usages.map((usage) => usage[name] ?? 0);
  const cells = (name: string): string[] => used(name).map((ms) => (ms < SHOWN_FROM_CPU_MS ? '' : ms.toFixed(2)));
  const largest = (name: string): number => Math.max(...used(name));
  const names = [...new Set(usages.flatMap(Object.keys))]
    .filter((name) => name !== EVERYTHING_ELSE && cells(name).some((cell) => cell !== ''))
    .sort((a, b) => largest(b) - largest(a));
  const totals = usages.map((usage) => names.reduce((sum, name) => sum + (usage[name] ?? 0), 0).toFixed(2));
  return textTable([
    ['CPU ms per notification', 'full', 'bare'],
    ...names.map((name) => [name, ...cells(name)]),
    ['all of these', ...totals],
    ['everything else on this machine', ...cells(EVERYTHING_ELSE)],
  ]);
}

/** Of the full system's services, before the first round and after the last one. */
export function memoryText(memory: { idle: Record<string, Memory>; after: Record<string, Memory> }): string {
  const states = [memory.idle, memory.after];
  const cells = (name: string): string[] =>
    states.flatMap((state) => [`${state[name]?.rss_mb} MB`, `${state[name]?.pss_mb} MB`]);
  const totals = states.flatMap((state) => [
    '',
    `${Object.values(state).reduce((sum, { pss_mb }) => sum + pss_mb, 0)} MB`,
  ]);
  return textTable([
    ['MEMORY', 'idle: RSS', 'PSS', 'after the load: RSS', 'PSS'],
    ...Object.keys(memory.idle).map((name) => [name, ...cells(name)]),
    ['all services', ...totals],
  ]);
}

export function factsText({ cores, cpu, memory_gb, node, rabbitmq, postgresql }: MachineFacts): string {
  return `${cores} cores (${cpu}), ${memory_gb} GB, Node ${node}, RabbitMQ ${rabbitmq}, PostgreSQL ${postgresql}`;
}

export function accountText({ refused, lost, duplicated, unrecorded }: Account): string {
  return `${lost} lost, ${duplicated} duplicated, ${unrecorded} not recorded, ${refused} refused`;
}
