import * as z from 'zod/mini';
import { Verdict } from '../../../src/health/health-check-result.ts';
import { ProxyStatus } from '../../../src/health/rise-fall.ts';
import { parseWith, wholeNumber } from '../../../src/input.ts';
import { POOL_NAME } from '../../../src/model/pool.ts';
import { refuseColumns } from '../../../src/proxies/list/fields/named-columns.ts';
import { isUuid } from '../../../src/uuid.ts';
import { RESULT_FORMATS } from '../reply/reply.ts';
import type { ApiRequest } from './request.ts';

const uuid = z.string().check(z.refine(isUuid, 'must be a UUID'));

/**
 * Reads the query of a request.
 *
 * @throws {InvalidInputError} with a pointer below `/query` to each field that cannot be used
 */
export function parseQuery<T extends z.ZodMiniType>(schema: T, request: ApiRequest): z.output<T> {
  return parseWith(schema, request.query, { what: 'the query', pointer: '/query' });
}

/** A whole number in a query string. */
function wholeNumberText(lowest: number, highest: number) {
  return z.pipe(
    z.string().check(z.regex(/^\d{1,9}$/, 'must be a whole number')),
    z.pipe(z.transform(Number), wholeNumber(lowest, highest)),
  );
}

export const noQuerySchema = z.strictObject({});

export const poolsQuerySchema = z.strictObject({
  /** The name of the last pool on the previous page. */
  cursor: z.optional(z.string().check(z.regex(POOL_NAME, 'must be the name of a pool'))),
  limit: z._default(wholeNumberText(1, 1000), 1000),
});

const maxConcurrencyText = z.pipe(
  z
    .string()
    .check(
      z.regex(/^(?:[1-9]\d?|100|unlimited)$/, 'must be a whole number, 1 to 100, or unlimited'),
    ),
  z.transform((text) => (text === 'unlimited' ? null : Number(text))),
);

const columnsText = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text) => text.split(',').map((name) => name.trim())),
  ),
  z.array(z.string()).check((context) => {
    const fault = refuseColumns(context.value);
    if (fault !== null) {
      context.issues.push({ code: 'custom', input: context.value, message: fault });
    }
  }),
);

export const importQuerySchema = z.strictObject({
  lines: z._default(
    z.pipe(
      z.enum(['true', 'false']),
      z.transform((text) => text === 'true'),
    ),
    false,
  ),
  /** What the columns of lines hold, in their order; `-` is not read. */
  columns: z.optional(columnsText),
  /** How many consumers may hold each new proxy; null when unlimited. */
  maxConcurrency: z._default(maxConcurrencyText, 1),
});

export const resultsQuerySchema = z.strictObject({
  /** The id of the last proxy on the previous page. */
  cursor: z.optional(uuid),
  limit: z._default(wholeNumberText(1, 5000), 1000),
  status: z.optional(z.enum(Verdict)),
  format: z._default(z.enum(RESULT_FORMATS), 'json'),
});

export const proxiesQuerySchema = z.strictObject({
  cursor: z.optional(uuid),
  limit: z._default(wholeNumberText(1, 1000), 1000),
  status: z.optional(z.enum(ProxyStatus)),
  country: z.optional(
    z
      .string()
      .check(z.regex(/^[A-Za-z]{2}$/, 'must be two letters, as in ISO 3166-1'), z.toUpperCase()),
  ),
});

export const historyQuerySchema = z.strictObject({
  limit: z._default(wholeNumberText(1, 1000), 100),
  before: z.optional(uuid),
});
