import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { type Fields, isScalar } from './fields.ts';
import { bare, parseLineForm } from './line-form.ts';
import type { RawEndpoint } from './resolve-endpoint.ts';
import { parseTags } from './tags.ts';

/**
 * Takes apart an entry that came in columns or as a JSON object: one endpoint for each protocol it
 * names. A host that holds a port or a scheme is read as a line of its own.
 */
export function parseFieldsForm(fields: Fields): (RawEndpoint | Rejection)[] {
  const base = parseBase(fields);
  if ('reason' in base) return [base];
  const tags = parseTags(fields);
  const whole = {
    ...base,
    ...(tags && { tags }),
    ...(fields.remoteDns === true && { remoteDns: true }),
  };
  const schemes = parseSchemes(fields.protocol);
  if (schemes.length === 0) return [whole];
  return schemes.map((scheme) => (typeof scheme === 'string' ? { ...whole, scheme } : scheme));
}

function parseBase(fields: Fields): RawEndpoint | Rejection {
  const { host, port, username = '', password = '' } = fields;
  if (typeof host !== 'string') {
    return reject(RejectionReason.invalidHost, 'the entry has no host (host, ip or proxy_address)');
  }
  if (!isScalar(port ?? '')) return reject(RejectionReason.invalidPort, 'the port is not a number');
  if (!isScalar(username) || !isScalar(password)) {
    return reject(RejectionReason.invalidCredentials, 'the user name or password is not a string');
  }
  const base =
    port === undefined ? parseHostOnly(host.trim()) : split(host.trim(), String(port).trim());
  if ('reason' in base || (username === '' && password === '')) return base;
  return { ...base, username: String(username), password: String(password) };
}

function parseHostOnly(host: string): RawEndpoint | Rejection {
  return /[:@]/.test(host) ? parseLineForm(host) : bare(host, null);
}

/** An IPv6 address in columns needs no brackets but may have them. */
function split(host: string, port: string): RawEndpoint {
  const [address = '', prefix = null] = host.split('/', 2);
  const [first = '', lastPort = null] = port.split('-', 2);
  const bracketed = address.startsWith('[') && address.endsWith(']');
  return { ...bare(bracketed ? address.slice(1, -1) : address, first), prefix, lastPort };
}

/** A string or an array of strings; one string may hold several, since a CSV cell is one. */
function parseSchemes(value: unknown): (string | Rejection)[] {
  const schemes = Array.isArray(value) ? value : [value];
  return schemes.flatMap((scheme): (string | Rejection)[] => {
    if (scheme === undefined) return [];
    if (typeof scheme === 'string') return scheme.split(/[\s,;|]+/).filter((name) => name !== '');
    return [reject(RejectionReason.unknownScheme, 'the protocol is not a string')];
  });
}
