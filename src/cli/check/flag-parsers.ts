import { InvalidArgumentError, Option } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { refuseColumns } from '../../proxies/list/fields/named-columns.ts';

/** Creates an option that takes one whole number. */
export function integerOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseInteger);
}

function parseInteger(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** Parses a share, `0.9`. */
export function parseShare(text: string): number {
  if (!/^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/.test(text)) {
    throw new InvalidArgumentError('Give a number from 0 to 1, as in 0.9.');
  }
  return Number(text);
}

/** Parses `200,204`. */
export function parseIntegerList(text: string): number[] {
  if (!/^\d{1,9}(,\d{1,9})*$/.test(text)) {
    throw new InvalidArgumentError('Give whole numbers separated by commas, as in 200,204.');
  }
  return text.split(',').map(Number);
}

/** Parses `host,port,-,username,password`. */
export function parseColumns(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const fault = refuseColumns(names);
  if (fault !== null) throw new InvalidArgumentError(`The columns ${fault}.`);
  return names;
}

/** Collects the values of a repeatable option. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/**
 * Parses `Name: value` texts. An error names a header by its position: its text may be a secret.
 *
 * @throws {InvalidInputError} when a header has no name, or another's; the message names the flag
 */
export function parseHeaders(
  headers: readonly string[] | undefined,
  flag: string,
): Record<string, string> | undefined {
  if (!headers) return undefined;
  const fields = new Map<string, string>();
  for (const [index, header] of headers.entries()) {
    const colon = header.indexOf(':');
    const name = header.slice(0, Math.max(0, colon)).trim();
    const number = `${flag} number ${index + 1}`;
    if (name === '') {
      throw new InvalidInputError(`${number} has no name before a colon; give it as 'Name: value'`);
    }
    if (fields.has(name)) {
      throw new InvalidInputError(`${number} has the name of one before it; give each name once`);
    }
    fields.set(name, header.slice(colon + 1).trim());
  }
  return Object.fromEntries(fields);
}
