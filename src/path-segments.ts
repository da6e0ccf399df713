import { InvalidInputError } from './errors.ts';

/**
 * `.` or `..`, which URL parsers remove together with the segment before (RFC 3986, section 5.2.4),
 * also when it is percent-encoded ("URL" standard, double-dot segment), or encoded several times.
 */
const DOT_SEGMENT = /^(?:\.|%(?:25)*2e){1,2}$/i;

/** What some program on the way may take for the end of a segment. */
const SEPARATOR = /[/\\]|%(?:25)*(?:2f|5c)/i;

/** Whether a segment of a path is `.` or `..`, raw or encoded, and so could lead elsewhere. */
export function isDotSegment(segment: string): boolean {
  return DOT_SEGMENT.test(segment);
}

/** Whether a path, or a part of one, has such a segment. */
export function hasDotSegment(path: string): boolean {
  return path.split(SEPARATOR).some(isDotSegment);
}

/**
 * Writes a path with values as segments: `` pathOf`/pools/${poolName}` ``. Each value is encoded
 * and stays one segment.
 *
 * @throws {InvalidInputError} when a value is empty, `.` or `..`, and so would name another resource
 */
export function pathOf(parts: TemplateStringsArray, ...values: readonly string[]): string {
  if (values.some((value) => value === '' || hasDotSegment(value))) {
    throw new InvalidInputError(
      'a name in a path must not be empty, and "." and ".." are no names',
    );
  }
  return String.raw({ raw: parts }, ...values.map(encodeURIComponent));
}
