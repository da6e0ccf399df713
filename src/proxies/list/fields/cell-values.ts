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
