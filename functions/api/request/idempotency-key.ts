import * as z from 'zod/mini';
import { parseWith } from '../../../src/input.ts';
import type { ApiRequest } from './request.ts';

const sweepKeySchema = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));
type KeySchema = z.ZodMiniType<string | undefined>;

/**
 * The `idempotency-key` header of a request, if it has one.
 *
 * @param schema what a key may be. @default 1 to 256 characters
 * @throws {InvalidInputError} when it cannot be a key
 */
export function readIdempotencyKey(
  { headers }: ApiRequest,
  schema: KeySchema = sweepKeySchema,
): { readonly idempotencyKey?: string } {
  const idempotencyKey = parseWith(schema, headers['idempotency-key'], {
    what: 'the idempotency-key header',
    pointer: '/headers/idempotency-key',
  });
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}
