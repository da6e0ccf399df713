import * as z from 'zod/mini';
import { parseWith, wholeNumber } from '../schema-parts.ts';

/** How many consumers may hold a proxy at once: 1 to 100, or null for any number. */
export const maxConcurrencySchema = z.nullable(wholeNumber(1, 100));

/** @throws {InvalidInputError} when it is out of range */
export function parseMaxConcurrency(maxConcurrency: number | null): number | null {
  const schema = z.object({ maxConcurrency: maxConcurrencySchema });
  return parseWith(schema, { maxConcurrency }, 'The number of consumers').maxConcurrency;
}
