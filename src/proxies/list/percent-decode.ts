const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Percent-decoding as the WHATWG URL standard does it: a `%` without two hex digits behind it stays.
 *
 * @returns null when the decoded bytes are not UTF-8
 */
export function percentDecode(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return text.replace(ESCAPES, (run) =>
      decoder.decode(Buffer.from(run.replaceAll('%', ''), 'hex')),
    );
  } catch {
    return null;
  }
}
