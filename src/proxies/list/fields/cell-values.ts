/** A column of a header, or a key of an object. */
export interface Column {
  /** A name that may be shown. */
  readonly name: string;
  /** Its place, counted from 0. */
  readonly at: number;
}

/** Whether a value is a string or a number. */
export function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** Whether a column or key has no value. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** `user:password@…`, `host.name:port:…`, or `user:password:host.name:port`. */
const LOGIN = /:.*@|\.[^:\s]+:\d+:|:[^:]*:[^:\s]+\.[^:\s]+:\d/;

/** Whether a value that is shown with the proxy could have a login in it. */
export function mayHoldLogin(text: string): boolean {
  return LOGIN.test(text);
}
