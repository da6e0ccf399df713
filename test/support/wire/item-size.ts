/** What a map or a list costs beside its entries, and each of its entries, bytes. */
const CONTAINER_BYTES = 3;
const ENTRY_BYTES = 1;
/** What DynamoDB adds to every item, and to each of an index (AWS: "DynamoDB item sizes"). */
export const ITEM_OVERHEAD_BYTES = 100;

// biome-ignore lint/suspicious/noExplicitAny: attribute values of every type
type Value = any;

/** The size of an item in DynamoDB's JSON, bytes, by the rules of AWS: "DynamoDB item sizes". */
export function itemSize(item: Readonly<Record<string, Value>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value),
    0,
  );
}

function valueSize(value: Value): number {
  const [type, content] = Object.entries<Value>(value)[0] ?? ['NULL', true];
  if (type === 'S') return Buffer.byteLength(content);
  if (type === 'N') return Math.ceil(content.replace(/\D/g, '').length / 2) + 1;
  if (type === 'SS') return content.reduce((sum: number, each: string) => sum + each.length, 0);
  if (type === 'NS') return content.reduce((sum: number, each: string) => sum + each.length, 0);
  const entries: readonly Value[] = type === 'L' ? content : [];
  const size = type === 'M' ? itemSize(content) : entries.reduce((sum, v) => sum + valueSize(v), 0);
  if (type !== 'L' && type !== 'M') return 1;
  return CONTAINER_BYTES + size + ENTRY_BYTES * Object.keys(content).length;
}
