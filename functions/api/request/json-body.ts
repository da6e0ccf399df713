import type * as z from 'zod/mini';
import { InvalidInputError } from '../../../src/errors.ts';
import { parseWith } from '../../../src/input.ts';

/** The most levels of arrays and objects a body may have; no valid one needs more than four. */
const MAX_DEPTH = 32;

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
  if (isDeeperThan(text, MAX_DEPTH)) {
    throw new InvalidInputError(`the body nests deeper than ${MAX_DEPTH} levels`);
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

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > limit) return true;
  }
  return false;
}
