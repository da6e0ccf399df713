import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import { parseLineForm } from '../line/line-form.ts';
import { bare, joinHostPort, type RawEndpoint } from '../raw-endpoint.ts';
import type { Schemes } from '../schemes.ts';
import { isEmpty, isScalar } from './cell-values.ts';
import { type FieldIndex, type Fields, pickFields } from './fields.ts';
import { collectLabels } from './labels.ts';
import { findProtocols } from './protocol-fields.ts';
import { parseTags, TAG_FIELDS } from './tags.ts';

/** One entry that came in columns or as a JSON object. */
export interface Row {
  readonly index: FieldIndex;
  readonly values: readonly unknown[];
}

/**
 * Takes apart an entry that came in columns or as a JSON object: one endpoint for each protocol it
 * names. A host that holds a port or a scheme is read as a line of its own.
 */
export function parseFieldsForm(
  { index, values }: Row,
  schemes: Schemes,
): readonly (RawEndpoint | Rejection)[] {
  const fields = pickFields(index, values);
  const base = parseBase(fields, schemes);
  if ('reason' in base) return [base];
  const named = findProtocols(index, values, schemes);
  const endpoint = { ...base, ...describe(fields, { index, values }, named.labels) };
  if (named.schemes.length === 0) return [endpoint];
  return withProtocols(endpoint, named.schemes, schemes);
}

/** What the host is written with and what a column names must not contradict each other. */
function withProtocols(
  endpoint: RawEndpoint,
  named: readonly (string | Rejection)[],
  schemes: Schemes,
): readonly (RawEndpoint | Rejection)[] {
  const protocolOf = (scheme: string): string | undefined =>
    schemes.get(scheme.toLowerCase())?.protocol;
  const written = endpoint.scheme === null ? null : protocolOf(endpoint.scheme);
  const isSame = (each: string | Rejection): boolean =>
    typeof each === 'string' && protocolOf(each) === written;
  if (written !== null && named.every((each) => typeof each === 'string') && !named.some(isSame)) {
    return [TWO_PROTOCOLS];
  }
  return named.map((each) => {
    if (typeof each !== 'string') return each;
    const isRemote = schemes.get(each.toLowerCase())?.remoteDns;
    return isSame(each)
      ? { ...endpoint, ...(isRemote && { remoteDns: true }) }
      : { ...endpoint, scheme: each };
  });
}

const TWO_PROTOCOLS = reject(
  RejectionReason.ambiguous,
  'the entry names two protocols; leave one out',
);

/** What a row says about its proxy, or proxies, besides address, login and protocol. */
export function describeRow(row: Row): Partial<RawEndpoint> {
  return describe(pickFields(row.index, row.values), row, {});
}

function describe(
  fields: Fields,
  { index, values }: Row,
  kinds: Readonly<Record<string, unknown>>,
): Partial<RawEndpoint> {
  const tags = parseTags(fields);
  const given = typeof fields.labels === 'object' ? fields.labels : {};
  const { labels, ignored = [] } = collectLabels(index, values, { ...given, ...kinds });
  const unusable = TAG_FIELDS.filter(
    (field) => !isEmpty(fields[field]) && tags?.[field] === undefined,
  );
  const unread = unreadLogin(fields, { index, values });
  // The source is a label and a tag.
  const dropped = [...new Set([...ignored, ...unusable, ...unread])];
  return {
    ...(tags && { tags }),
    ...(fields.remoteDns === true && { remoteDns: true }),
    ...(labels && { labels }),
    ...(dropped.length > 0 && { ignored: dropped }),
  };
}

function parseBase(fields: Fields, schemes: Schemes): RawEndpoint | Rejection {
  const { host, port } = fields;
  const { username, password } = parseLogin(fields);
  if (typeof host !== 'string') {
    return reject(RejectionReason.invalidHost, 'the entry has no host (host, ip or proxy_address)');
  }
  if (!isScalar(port ?? '')) return reject(RejectionReason.invalidPort, 'the port is not a number');
  if (!isScalar(username) || !isScalar(password)) {
    return reject(RejectionReason.invalidCredentials, 'the user name or password is not a string');
  }
  const base =
    port === undefined
      ? parseHostOnly(host.trim(), schemes)
      : parseWithPort(host.trim(), String(port).trim(), schemes);
  if ('reason' in base || (username === '' && password === '')) return base;
  return { ...base, username: String(username), password: String(password) };
}

/** A column of logins with something else in it. */
function unreadLogin(fields: Fields, { index }: Row): readonly string[] {
  const isRead = fields.userinfo === undefined || holdsLogin(fields);
  return isRead ? [] : (index.fields.get('userinfo') ?? []).map((at) => index.names[at] ?? '');
}

function holdsLogin({ username, password, userinfo }: Fields): boolean {
  const isNamed = username !== undefined || password !== undefined;
  return !isNamed && typeof userinfo === 'string' && userinfo.includes(':');
}

/** `auth: "user:pass"` is a login; without a colon it says whether or how there is one. */
function parseLogin(fields: Fields): { readonly username: unknown; readonly password: unknown } {
  const { username = '', password = '' } = fields;
  if (!holdsLogin(fields)) return { username, password };
  const userinfo = String(fields.userinfo);
  const colon = userinfo.indexOf(':');
  return { username: userinfo.slice(0, colon), password: userinfo.slice(colon + 1) };
}

/** `http://1.2.3.4` or `user:pass@1.2.3.4` may stand beside the port, and may repeat it. */
function parseWithPort(host: string, port: string, schemes: Schemes): RawEndpoint | Rejection {
  if (!/:\/\/|@|^[^[\]:]*:\d+$/.test(host)) return joinHostPort(host, port);
  const hasPort = /:\d+\/?$/.test(host);
  const whole = hasPort ? host : `${host.endsWith('/') ? host.slice(0, -1) : host}:${port}`;
  const parsed = parseLineForm(whole, schemes);
  return 'reason' in parsed || parsed.port === port ? parsed : TWO_PORTS;
}

const TWO_PORTS = reject(
  RejectionReason.ambiguous,
  'the host is written with another port than that of its column; leave one out',
);

function parseHostOnly(host: string, schemes: Schemes): RawEndpoint | Rejection {
  return /[:@]/.test(host) ? parseLineForm(host, schemes) : bare(host, null);
}
