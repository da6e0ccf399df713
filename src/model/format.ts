import { IncompatibleError } from '../errors.ts';

/**
 * The format of everything this version stores and sends: items of the four tables, messages of
 * batches, requests to the fan-out, details of events.
 *
 * It stays when something is added that others may leave unread: readers ignore attributes and
 * fields that they do not know, and give a missing one its default. It is raised by one when a
 * reader that does not know of a change would do harm, such as a field that has another meaning or
 * unit, or a new status. Then one release reads the new format and only the next one writes it.
 * `docs/upgrading.md` says what follows for deploys and rollbacks.
 *
 * What has no number was written before there were any, and reads as format 1 does.
 */
export const FORMAT = 1;

/**
 * The attribute of an item that holds the format it was made in: short, since writes are paid for
 * by size. What is sent has the field `format` instead. An update by another version leaves it, so
 * an update that stores something of a newer format has to raise it.
 */
export const FORMAT_ATTRIBUTE = 'v';

/** What may have been stored in a format that this version does not know. */
export interface Formatted {
  /** The number of that format; absent when this version knows it. */
  readonly newerFormat?: number;
}

/** Whether a number is that of a format which this version does not know. */
export function isNewerFormat(format: unknown): format is number {
  return typeof format === 'number' && format > FORMAT;
}

/**
 * Asserts that this version knows the format of something.
 *
 * @param what names it, such as `the message of a batch`
 * @throws {IncompatibleError} when the format is newer
 */
export function requireKnownFormat(what: string, format: unknown): void {
  if (!isNewerFormat(format)) return;
  throw new IncompatibleError(`${what} ${describeNewerFormat(format)}`);
}

/** What to say of something in a newer format. */
export function describeNewerFormat(format: number): string {
  return `has format ${format}, and this version knows formats up to ${FORMAT}; deploy the version that wrote it, or a later one`;
}
