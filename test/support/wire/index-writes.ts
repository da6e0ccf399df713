import { TABLE_DEFINITIONS, type TableName } from '../../../src/storage/dynamodb-tables.ts';
import { itemSize } from './item-size.ts';
import type { WireCall } from './wire-meter.ts';

/** The most that one unit of an index write takes, bytes (AWS: "Read/write capacity mode"). */
const WRITE_UNIT_BYTES = 1024;

/**
 * Counts the writes that an index makes of the calls on its table, by AWS's rules ("Using global
 * secondary indexes in DynamoDB", write capacity): one when an item enters or leaves it or one of
 * the attributes it copies is set, two when its key is set to another value, none otherwise. The
 * embedded DynamoDB does not count them. Every update of a key here is a change of it.
 */
export class IndexLedger {
  /** The items that are in an index, by table and key. */
  readonly #indexed = new Set<string>();

  /** The units of one call; give it every call since the tables were empty, in order. */
  unitsOf(table: TableName, call: WireCall): number {
    const { index, partitionKey, sortKey } = TABLE_DEFINITIONS[table];
    if (index === undefined) return 0;
    const keyOf = (item: Attributes) => {
      const key = [partitionKey, ...(sortKey ? [sortKey] : [])].map((name) => textOf(item[name]));
      return [table, ...key].join('\n');
    };
    const copies = (name: string) => index.projection === 'ALL' || index.projection.includes(name);
    const { operation, input, units } = call;
    if (operation === 'PutItem') {
      const item: Attributes = input.Item;
      if (!(index.partitionKey in item)) return 0;
      this.#indexed.add(keyOf(item));
      const copied = Object.entries(item).filter(([name]) => isKey(name, index) || copies(name));
      return unitsOfSize(itemSize(Object.fromEntries(copied)));
    }
    if (operation !== 'UpdateItem' || !this.#indexed.has(keyOf(input.Key))) return 0;
    const changed = changedAttributes(input);
    // As large as the whole item where all of it is copied, else an address and an instant.
    const size = index.projection === 'ALL' ? units : 1;
    if (changed.some((name) => isKey(name, index))) return 2 * size;
    return changed.some(copies) ? size : 0;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: attribute values of every type
type Attributes = Readonly<Record<string, any>>;

function isKey(name: string, keys: { readonly partitionKey: string; readonly sortKey: string }) {
  return name === keys.partitionKey || name === keys.sortKey;
}

/** The attributes that an update sets, adds to or removes. */
function changedAttributes(input: WireCall['input']): readonly string[] {
  const names: Readonly<Record<string, string>> = input.ExpressionAttributeNames ?? {};
  const placeholders: readonly string[] = input.UpdateExpression.match(/#\w+/g) ?? [];
  return placeholders.flatMap((placeholder) => names[placeholder] ?? []);
}

function textOf(value: Attributes[string]): string {
  return String(Object.values(value ?? {})[0]);
}

function unitsOfSize(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}
