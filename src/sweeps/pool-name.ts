import { InvalidInputError } from '../errors.ts';

/** 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, beginning with a letter or digit. */
export const POOL_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** @throws {InvalidInputError} when the text cannot name a pool */
export function parsePoolName(text: string): string {
  if (POOL_NAME.test(text)) return text;
  const detail =
    'must be 1 to 64 characters of a-z, 0-9, - and _, and begin with a letter or a digit';
  throw new InvalidInputError(`pool name ${JSON.stringify(text.slice(0, 80))} ${detail}`, [
    { pointer: '', detail },
  ]);
}
