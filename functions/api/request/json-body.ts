import type * as z from 'zod/mini';
import { InvalidInputError } from '../../../src/errors.ts';
import { parseWith } from '../../../src/input.ts';
import { MAX_JSON_DEPTH, nestsTooDeep } from '../../../src/json-depth.ts';

/**
 * Reads a body by its schema.
 *
 * @throws {InvalidInputError} with a pointer to each field that cannot be used
 */
export function readBody<T extends z.ZodMiniType>(schema: T, body: unknown): z.output<T> {
  return parseWith(schema, body, { what: 'the body' });
}

/**
 * Parses a JSON body.
 *
 * @throws {InvalidInputError} when it is not JSON, nests too deep or has a `__proto__` key
 */
export function parseJsonBody(body: Buffer): unknown {
  const text = decodeUtf8(body);
  if (text.trim() === '') {
    throw new InvalidInputError('the body is empty; send a JSON object');
  }
  if (nestsTooDeep(text)) {
    throw new InvalidInputError(`the body nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  try {
    return JSON.parse(text, mayHideProto(text) ? refuseProto : undefined);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    // V8's message quotes the body, which may hold passwords.
    throw new InvalidInputError('the body is not valid JSON');
  }
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new InvalidInputError('the body is not valid UTF-8');
  }
}

function mayHideProto(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u');
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new InvalidInputError('the body has a key named __proto__');
  return value;
}
