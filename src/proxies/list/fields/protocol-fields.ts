import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import { recognise } from '../line/recognise.ts';
import { protocolsIn, type Schemes, withoutTunnel } from '../schemes.ts';
import { isEmpty, isScalar } from './cell-values.ts';
import type { FieldIndex } from './fields.ts';

/** What the columns that may name a protocol say. */
export interface NamedProtocols {
  /** Schemes as written; none when the list's default is meant. */
  readonly schemes: readonly (string | Rejection)[];
  /** What such a column holds when it names no protocol: `type: elite`, `category: mobile`. */
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Columns that name nothing else. */
const STRICT = /^(?:proxy)?(?:proto|protocol|scheme)s?$/;
/** Columns of types that may be kinds of proxies. */
const KIND =
  /^(?:residential|data ?cent(?:er|re)|dc|mobile|isp|static|rotating|dedicated|shared|private|public|free|premium|paid|web|ipv[46])$/i;
/** Columns that may hold anything. */
const CATEGORY = /^(?:categor|connectiontype$|mode$|kind$)/;
const TRUE = /^(?:1|true|t|yes|y|on|ok|x|[+✓✔√])$/i;

const NOT_TEXT = reject(RejectionReason.unknownScheme, 'the protocol is not a string');
const NO_FLAG = reject(
  RejectionReason.unknownScheme,
  'none of the columns named like protocols is set to yes, true or 1',
);

/** Finds the protocols of a row: the first column that names one decides, then flags. */
export function findProtocols(
  { fields, protocols, names }: FieldIndex,
  values: readonly unknown[],
  schemes: Schemes,
): NamedProtocols {
  const labels: Record<string, unknown> = {};
  let decided: NamedProtocols['schemes'] | null = null;
  let unknown: NamedProtocols['schemes'] = [];
  for (const at of fields.get('protocol') ?? []) {
    const [name = '', value] = [names[at], values[at]];
    if (isEmpty(value)) continue;
    const found = readValue(value, schemes);
    if (found.some((each) => typeof each === 'string' && schemes.has(each))) {
      if (decided) labels[name] = value;
      decided ??= found;
    } else {
      const kind = STRICT.test(name) ? null : kindOf(value, schemes);
      labels[kind === 'anonymity' ? kind : name] = value;
      if (kind === null && !CATEGORY.test(name) && unknown.length === 0) unknown = found;
    }
  }
  if (decided) return { schemes: decided, labels };
  const flagged = readFlags(protocols, values);
  return { schemes: flagged.length > 0 ? flagged : unknown, labels };
}

/** The names in a value, those of known protocols in the spelling that schemes have. */
function readValue(value: unknown, schemes: Schemes): readonly (string | Rejection)[] {
  const all = Array.isArray(value) ? value : [value];
  return all.flatMap((each): readonly (string | Rejection)[] => {
    if (typeof each !== 'string') return [NOT_TEXT];
    const known = protocolsIn(each, schemes);
    if (known) return known;
    const names = each.split(/[\s,;|/]+/).filter((name) => name !== '');
    return names.flatMap((name) => protocolsIn(name, schemes) ?? [name]);
  });
}

function kindOf(value: unknown, schemes: Schemes): 'anonymity' | 'kind' | null {
  if (typeof value !== 'string') return null;
  if (KIND.test(value.trim())) return 'kind';
  return recognise(value, schemes)?.anonymity === undefined ? null : 'anonymity';
}

/** `"http":"1","https":"1","socks5":"0"`: an HTTP proxy which tunnels. */
function readFlags(
  protocols: FieldIndex['protocols'],
  values: readonly unknown[],
): NamedProtocols['schemes'] {
  const flags = protocols.map(({ name, at }) => ({ name, flag: flagOf(values[at]) }));
  const set = flags.filter(({ flag }) => flag === 'set').map(({ name }) => name);
  if (set.length > 0) return withoutTunnel(set);
  return flags.every(({ flag }) => flag === 'empty') ? [] : [NO_FLAG];
}

function flagOf(value: unknown): 'set' | 'unset' | 'empty' {
  if (isEmpty(value)) return 'empty';
  const isFlag = isScalar(value) || typeof value === 'boolean';
  return isFlag && TRUE.test(String(value).trim()) ? 'set' : 'unset';
}
