import { RejectionReason, reject } from '../rejection.ts';

/** A `host:port` found in a line. */
export interface HostPort {
  /** Without brackets and prefix. */
  readonly host: string;
  /** The digits of the prefix length in `1.2.3.0/30`, or null. */
  readonly prefix: string | null;
  readonly port: string | null;
  readonly lastPort: string | null;
  /** An address or a dotted name: this tells a host from a user name. */
  readonly isHostLike: boolean;
}

/**
 * The shape of `host:port`: host (IPv6 in brackets), optional `/prefix`, port, optional `-port`,
 * and what may follow: trailing columns, a comment, a slash. Each part begins with a character that
 * the part before it cannot hold, so it matches in linear time.
 */
const HOST_PORT =
  /^(?:\[([^\]:]*:[^\]]*)\]|([^\s:@/,;|"[\]]+))(?:\/(\d{1,3}))?(?::(\d+)(?:-(\d+))?)?(\/?(?:$|[\s,;|#].*))/;

const COMMENT = /^\/?(?:\s*#.*)?$/;

/**
 * Reads a `host:port`.
 *
 * @param tail what may follow the port: nothing, a slash and a comment, or anything set apart
 * @param portless whether the port may be missing, as it may where a scheme implies one
 * @returns null when the text has another shape
 */
export function parseHostPort(
  text: string,
  { tail, portless }: { tail: 'none' | 'comment' | 'any'; portless: boolean },
): HostPort | null {
  const match = HOST_PORT.exec(text);
  if (!match) return null;
  const [, bracketed, plain, prefix, port, lastPort, rest] = match;
  if (port === undefined && !(portless && /^\/?(?:\s*#|$)/.test(rest ?? ''))) return null;
  if (rest && (tail === 'none' || (tail === 'comment' && !COMMENT.test(rest)))) return null;
  const host = bracketed ?? plain ?? '';
  return {
    host,
    prefix: prefix ?? null,
    port: port ?? null,
    lastPort: lastPort ?? null,
    isHostLike: bracketed !== undefined || host.includes('.') || host === 'localhost',
  };
}

/** Whether an end of a line is surely an address: a host that looks like one, and a port. */
export function isSure({ isHostLike, port }: HostPort): boolean {
  return isHostLike && port !== null && isPort(port);
}

/** An endpoint without a port, and one whose port is not one. */
export const MISSING_PORT = reject(
  RejectionReason.missingPort,
  'the port is missing; write host:port',
);
export const INVALID_PORT = reject(
  RejectionReason.invalidPort,
  'the port is not a number from 1 to 65535',
);

const PORT = /^[1-9]\d{0,4}$/;

/** Whether the text is a port in its canonical spelling, 1 to 65535. */
export function isPort(text: string): boolean {
  return PORT.test(text) && Number(text) <= 65_535;
}
