import type { ProxyLabels } from '../../endpoint.ts';
import { type Column, isScalar, mayHoldLogin } from './cell-values.ts';

/** The most labels of a proxy. */
const MAX_LABELS = 16;
/** The longest value, bytes of UTF-8. */
const MAX_VALUE_BYTES = 128;
const NAME = /^[a-z0-9_-]{1,32}$/;
/** Labels are shown wherever the proxy is, so nothing that may be a secret becomes one. */
const SECRET_NAME = /pass|pw|ps+w|^pin$|secret|token|key|auth|cred|login|user|cookie|session/;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What is kept of the columns or keys that are no fields, and the names of the others. */
export interface CollectedLabels {
  readonly labels?: ProxyLabels;
  readonly ignored?: readonly string[];
}

/**
 * The name of the label that a column or key becomes: lower case, blanks and signs as `_`.
 *
 * @returns null when it cannot be one, or when every object has a property of that name, which the
 * AWS SDK would take for a class
 */
export function labelNameOf(name: string): string | null {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.:/()%#]+/g, '_')
    .replace(/_+$/, '');
  return NAME.test(plain) &&
    /[a-z0-9]/.test(plain) &&
    !(plain in Object.prototype) &&
    !SECRET_NAME.test(plain)
    ? plain
    : null;
}

/** The labels that have a usable value, or null when none has. */
export function createLabels(values: Readonly<Record<string, unknown>>): ProxyLabels | null {
  const labels = Object.entries(values).flatMap(([name, value]) => {
    const text = labelValueOf(value);
    return text === null || text === '' || labelNameOf(name) !== name
      ? []
      : [[name, text] as const];
  });
  return labels.length > 0 ? Object.fromEntries(labels.slice(0, MAX_LABELS)) : null;
}

/** Makes labels of the values of one row; empty ones are neither kept nor ignored. */
export function collectLabels(
  index: { readonly labels: readonly Column[]; readonly others: readonly Column[] },
  values: readonly unknown[],
  given: Readonly<Record<string, unknown>> = {},
): CollectedLabels {
  const labels = new Map(Object.entries(createLabels(given) ?? {}));
  const ignored: string[] = [];
  for (const { name, at } of index.labels) {
    const value = labelValueOf(values[at]);
    if (value === '' || labels.get(name) === value) continue;
    if (value === null || labels.size >= MAX_LABELS || labels.has(name)) ignored.push(name);
    else labels.set(name, value);
  }
  for (const { name, at } of index.others) {
    if (labelValueOf(values[at]) !== '') ignored.push(name);
  }
  return {
    ...(labels.size > 0 && { labels: Object.fromEntries(labels) }),
    ...(ignored.length > 0 && { ignored }),
  };
}

/** @returns null when the value cannot be that of a label; empty when there is none */
function labelValueOf(value: unknown): string | null {
  if (value === undefined || value === null) return '';
  const isList = Array.isArray(value) && value.every(isScalar);
  if (!isList && !isScalar(value) && typeof value !== 'boolean') return null;
  const text = String(value).trim();
  if (text.length > MAX_VALUE_BYTES || Buffer.byteLength(text) > MAX_VALUE_BYTES) return null;
  return UNPRINTABLE.test(text) || text.includes('://') || mayHoldLogin(text) ? null : text;
}
