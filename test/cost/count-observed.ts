import type { Counts, Quantities } from '../../src/cost/quantities.ts';
import { isRead, isWrite } from '../support/wire/consumed-units.ts';
import { ITEM_OVERHEAD_BYTES, itemSize } from '../support/wire/item-size.ts';
import type { CountedCall, Observed } from './observe.ts';

/** The quantities that are counted, of one kind of target. */
export type CountedQuantities = Omit<
  Quantities,
  'measuredAt' | 'machine' | 'checker' | 'fanOut' | 'scenarios' | 'perCheck'
> & {
  readonly perCheck: Omit<Quantities['perCheck'], 'sentBytes'> & { readonly sentBytes: number };
};

/** What CloudWatch Logs adds to each event (AWS: "PutLogEvents"), bytes. */
const LOG_EVENT_BYTES = 26;

/** A batch's result, which grows with its proxies. */
export function isResult({ table, operation }: CountedCall): boolean {
  return table === 'results' && operation === 'PutItem';
}

/** The reading of ids from which the size of a pool is estimated. */
export function isSample({ table, input }: CountedCall): boolean {
  return table === 'proxies' && String(input.ProjectionExpression).startsWith('proxyId');
}

/** The reading of a batch's rows. */
export function isRows(call: CountedCall): boolean {
  return call.table === 'proxies' && call.operation === 'Query' && !isSample(call);
}

/** A change of a row. */
export function isRowUpdate({ table, operation }: CountedCall): boolean {
  return table === 'proxies' && operation === 'UpdateItem';
}

/** Counts everything. */
export function countAll({ calls, sqsRequests, events, lines }: Observed): Counts {
  const [writeUnits, indexUnits, readUnits] = [writesOf(calls), indexesOf(calls), readsOf(calls)];
  const logBytes = sumOf(lines.map(bytesOf));
  return { writeUnits, indexUnits, readUnits, sqsRequests, events, logBytes };
}

/** Counts what neither grows with the proxies nor belongs to an invocation. */
export function countRest(observed: Observed): Counts {
  const calls = observed.calls.filter(
    (call) => !isResult(call) && !isSample(call) && !isRows(call),
  );
  return countAll({
    ...observed,
    calls,
    lines: observed.lines.filter((text) => !isOfBatches(text)),
  });
}

/** The mean size of the lines that each invocation of the checker writes. */
export function logBytesPerInvocation({ lines }: Observed): number {
  return mean(lines.filter(isOfBatches).map(bytesOf));
}

function isOfBatches(text: string): boolean {
  return text.includes('"BatchesChecked"');
}

/** The names of the metrics among the lines ("Embedded metric format", CloudWatch User Guide). */
export function metricsOf({ lines }: Observed): readonly string[] {
  const embedded = lines.flatMap((text) => JSON.parse(text)._aws?.CloudWatchMetrics ?? []);
  const metrics = embedded.flatMap(({ Metrics }: { Metrics: { Name: string }[] }) => Metrics);
  return [...new Set(metrics.map(({ Name }) => Name))].sort();
}

/** The bytes that an item is charged for while it is stored. */
export function storedSize(item: Parameters<typeof itemSize>[0]): number {
  return itemSize(item) + ITEM_OVERHEAD_BYTES;
}

export function writesOf(calls: readonly CountedCall[]): number {
  return sumOf(calls.filter(({ operation }) => isWrite(operation)).map(({ units }) => units));
}

export function readsOf(calls: readonly CountedCall[]): number {
  return sumOf(calls.filter(({ operation }) => isRead(operation)).map(({ units }) => units));
}

export function indexesOf(calls: readonly CountedCall[]): number {
  return sumOf(calls.map(({ indexUnits }) => indexUnits));
}

export function mean(values: readonly number[]): number {
  return sumOf(values) / values.length;
}

/** The difference of two counts, each at least 0. */
export function subtract(from: Counts, what: Counts): Counts {
  return map(from, (value, name) => Math.max(0, value - what[name]));
}

export function scale(counts: Counts, factor: number): Counts {
  return map(counts, (value) => value * factor);
}

function map(counts: Counts, of: (value: number, name: keyof Counts) => number): Counts {
  const names = Object.keys(counts) as (keyof Counts)[];
  return Object.fromEntries(
    names.map((name) => [name, of(counts[name], name)]),
  ) as unknown as Counts;
}

function bytesOf(line: string): number {
  return Buffer.byteLength(line) + LOG_EVENT_BYTES;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
