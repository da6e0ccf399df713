import { InvalidArgumentError, Option } from 'commander';

/** How many consumers may hold a proxy at once. */
export type Limit = number | 'unlimited';

/** An option that takes such a number, or the word. */
export function limitOption(flags: string, description: string): Option {
  return new Option(flags, `${description}, 1-100 or unlimited`).argParser(parseLimit);
}

/** @throws InvalidArgumentError for what is no limit */
export function parseLimit(text: string): Limit {
  if (text === 'unlimited') return text;
  if (/^([1-9]\d?|100)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give 1 to 100, or unlimited.');
}
