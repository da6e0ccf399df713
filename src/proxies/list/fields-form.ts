import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { isEmpty, isScalar } from './cell-values.ts';
import { type FieldIndex, type Fields, pickFields } from './fields.ts';
import { collectLabels } from './labels.ts';
import { parseLineForm } from './line-form.ts';
import { findProtocols } from './protocol-fields.ts';
import { bare, joinHostPort, type RawEndpoint } from './raw-endpoint.ts';
import type { Schemes } from './schemes.ts';
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
  return named.schemes.map((scheme) =>
    typeof scheme === 'string' ? { ...endpoint, scheme } : scheme,
  );
}

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
  const dropped = unusable.length > 0 ? [...ignored, ...unusable] : ignored;
  return {
    ...(tags && { tags }),
    ...(fields.remoteDns === true && { remoteDns: true }),
    ...(labels && { labels }),
    ...(dropped.length > 0 && { ignored: dropped }),
  };
}

function parseBase(fields: Fields, schemes: Schemes): RawEndpoint | Rejection {
  const { host, port, username = '', password = '' } = fields;
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
      : joinHostPort(host.trim(), String(port).trim());
  if ('reason' in base || (username === '' && password === '')) return base;
  return { ...base, username: String(username), password: String(password) };
}

function parseHostOnly(host: string, schemes: Schemes): RawEndpoint | Rejection {
  return /[:@]/.test(host) ? parseLineForm(host, schemes) : bare(host, null);
}
