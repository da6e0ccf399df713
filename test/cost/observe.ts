import type { TableName } from '../../src/storage/dynamodb-tables.ts';
import { IndexLedger } from '../support/wire/index-writes.ts';
import type { WireCall } from '../support/wire/wire-meter.ts';
import type { CostWorld } from './cost-world.ts';

/** A call of DynamoDB, with the table it is on and what its index takes. */
export interface CountedCall extends WireCall {
  readonly table: TableName;
  readonly indexUnits: number;
}

/** What happened on the wire during some work. */
export interface Observed {
  readonly calls: readonly CountedCall[];
  readonly sqsRequests: number;
  readonly events: number;
  /** What functions wrote, without the lines that Lambda itself writes. */
  readonly lines: readonly string[];
}

/** Does some work and tells what happened meanwhile. */
export type Observe = (work: () => Promise<unknown>) => Promise<Observed>;

/** Observes a world from its start on. */
export function observerOf({ meters, whole }: CostWorld): Observe {
  const tables = new Map(
    Object.entries(whole.stack.tableNames).map(([table, name]) => [name, table as TableName]),
  );
  const indexes = new IndexLedger();
  const counted: CountedCall[] = [];
  const catchUp = () => {
    for (const call of meters.dynamodb.calls.slice(counted.length)) {
      const table = tables.get(call.tableName);
      if (table === undefined) throw new Error(`there is no table ${call.tableName}`);
      counted.push({ ...call, table, indexUnits: indexes.unitsOf(table, call) });
    }
    const entries = meters.eventbridge.calls.flatMap(({ input }) => input.Entries);
    const { length: lines } = whole.lines;
    return { calls: counted.length, sqs: meters.sqs.calls.length, events: entries.length, lines };
  };
  return async (work) => {
    const before = catchUp();
    await work();
    const after = catchUp();
    return {
      calls: counted.slice(before.calls),
      sqsRequests: after.sqs - before.sqs,
      events: after.events - before.events,
      lines: whole.lines
        .slice(before.lines)
        .map((line) => line.slice(line.indexOf('] ') + 2))
        .filter((text) => !text.startsWith('REPORT ')),
    };
  };
}
