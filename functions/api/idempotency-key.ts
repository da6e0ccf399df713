import * as z from 'zod/mini';
import { parseInput } from './parse-input.ts';
import type { ApiRequest } from './request.ts';

const keySchema = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));

/**
 * The `idempotency-key` header of a request, where it has one.
 *
 * @throws InvalidInputError when it is longer than 256 characters, or empty
 */
export function readIdempotencyKey({ headers }: ApiRequest): { readonly idempotencyKey?: string } {
  const idempotencyKey = parseInput(keySchema, headers['idempotency-key'], {
    what: 'The idempotency-key header',
    pointer: '/headers/idempotency-key',
  });
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}
