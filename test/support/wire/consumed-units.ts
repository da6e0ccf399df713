/** What a failed condition costs at least: a write of the item as it is, which is never empty. */
const REFUSED_WRITE_UNITS = 1;

const WRITES = /^(?:PutItem|UpdateItem|DeleteItem|BatchWriteItem)$/;
const READS = /^(?:GetItem|Query|Scan|BatchGetItem)$/;

/** Whether an action of DynamoDB writes; false for reads and for other services. */
export function isWrite(operation: string): boolean {
  return WRITES.test(operation);
}

/** Whether an action of DynamoDB reads. */
export function isRead(operation: string): boolean {
  return READS.test(operation);
}

/** The tables that a request to DynamoDB names; none for other services. */
// biome-ignore lint/suspicious/noExplicitAny: the body of any action
export function findTables(input: any): readonly string[] {
  if (typeof input.TableName === 'string') return [input.TableName];
  return Object.keys(input.RequestItems ?? {});
}

/**
 * The request units that DynamoDB says a call consumed. The embedded one leaves them out where a
 * condition failed, which is paid for all the same, and where nothing is read, which costs the
 * smallest unit: 1 for a consistent read, else a half (AWS: "DynamoDB read and write operations").
 */
// biome-ignore lint/suspicious/noExplicitAny: the bodies of any request and answer
export function unitsOf(operation: string, input: any, answer: any): number {
  if (String(answer.__type).endsWith('ConditionalCheckFailedException')) return REFUSED_WRITE_UNITS;
  const consumed = [answer.ConsumedCapacity ?? []].flat();
  const units = consumed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  if (!isRead(operation)) return units;
  return Math.max(units, input.ConsistentRead === true ? 1 : 0.5);
}
