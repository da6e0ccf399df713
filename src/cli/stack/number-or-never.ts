import { InvalidArgumentError } from 'commander';

/** What an option takes that can be turned off; commander cannot carry null. */
export type NumberOrNever = number | 'never';

/** @throws InvalidArgumentError for what is neither; `what` says what would be right */
export function parseNumberOrNever(text: string, what: string): NumberOrNever {
  if (text === 'never') return text;
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError(`Give ${what}, or never.`);
  return Number(text);
}

/** The same as the API says it. */
export function orNull(value: NumberOrNever): number | null {
  return value === 'never' ? null : value;
}
