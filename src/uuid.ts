/** The part of a regular expression that matches a UUID in lower case (RFC 9562, section 4). */
export const UUID_PATTERN = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

const UUID = new RegExp(`^${UUID_PATTERN}$`);

/** Each hex digit with its two high bits set to `10` (RFC 9562, section 4.1). */
const VARIANT_DIGITS = '89ab89ab89ab89ab';

/** True for a UUID of any version, in lower case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Writes 32 hex digits as a UUID. */
export function formatUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Writes 32 hex digits as a UUID; version and variant overwrite six bits (RFC 9562, section 4). */
export function formatVersionedUuid(hex: string, version: 7 | 8): string {
  const variant = VARIANT_DIGITS.charAt(Number.parseInt(hex.charAt(16), 16));
  return formatUuid(`${hex.slice(0, 12)}${version}${hex.slice(13, 16)}${variant}${hex.slice(17)}`);
}
