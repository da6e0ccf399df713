import { TTL_ATTRIBUTE } from '../../../src/storage/dynamodb-tables.ts';
import type { SeenRequest } from '../support/one-at-a-time.ts';

/** Bytes of one expression ("Constraints in Amazon DynamoDB", expression parameters). */
const MAX_EXPRESSION_BYTES = 4_096;
/** Values that one operand list of IN takes (the same page). */
const MAX_IN_OPERANDS = 100;
/** A time to live in milliseconds would be far beyond this number of seconds. */
const LATEST_TTL_SECONDS = 100_000_000_000;

/** What DynamoDB would refuse, or silently do otherwise, in a request that an emulator accepts. */
export function findBrokenLimits({ operation, body }: SeenRequest): readonly string[] {
  const expressions = Object.entries(body).flatMap(([name, value]) =>
    name.endsWith('Expression') ? [{ name, text: String(value) }] : [],
  );
  const text = expressions.map((each) => each.text).join(' ');
  const found = [
    ...expressions.flatMap((each) => findInExpression(each)),
    ...findUnused(text, body.ExpressionAttributeNames),
    ...findUnused(text, body.ExpressionAttributeValues),
    ...findTimesToLive(body),
  ];
  // "Query", API reference: consistent reads of global secondary indexes are not supported.
  if (body.IndexName !== undefined && body.ConsistentRead === true) {
    found.push(`reads the index ${body.IndexName} consistently`);
  }
  return found.map((each) => `${operation} ${each}`);
}

function findInExpression({ name, text }: { readonly name: string; readonly text: string }) {
  const found: string[] = [];
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_EXPRESSION_BYTES) found.push(`has a ${name} of ${bytes} bytes`);
  for (const [, operands = ''] of text.matchAll(/\bIN\s*\(([^)]*)\)/gi)) {
    const count = operands.split(',').length;
    if (count > MAX_IN_OPERANDS) found.push(`compares with ${count} values in a ${name}`);
  }
  return found;
}

/** A name or value that no expression uses is a ValidationException. */
function findUnused(text: string, substitutes: unknown): readonly string[] {
  const used = new Set(text.match(/[#:]\w+/g));
  const unused = Object.keys(substitutes ?? {}).filter((name) => !used.has(name));
  return unused.map((name) => `defines ${name}, which no expression uses`);
}

/** An item with a time to live of another kind is never deleted ("Using time to live"). */
function findTimesToLive(body: SeenRequest['body']): readonly string[] {
  const item = body.Item as Readonly<Record<string, { readonly N?: string }>> | undefined;
  const value = item?.[TTL_ATTRIBUTE];
  if (value === undefined) return [];
  const seconds = Number(value.N ?? Number.NaN);
  const isRight = Number.isInteger(seconds) && seconds > 0 && seconds < LATEST_TTL_SECONDS;
  return isRight ? [] : [`has the time to live ${JSON.stringify(value)}, no epoch seconds`];
}
