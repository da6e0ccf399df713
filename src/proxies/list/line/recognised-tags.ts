import type { ProxyLabels, ProxyTags } from '../../endpoint.ts';
import { type Rejection, RejectionReason, reject } from '../../rejection.ts';
import { withoutTunnel } from '../schemes.ts';
import type { Recognised } from './recognise.ts';

/** What cells say about a proxy besides its address and login. */
export interface CollectedTags {
  readonly tags?: ProxyTags;
  readonly labels?: ProxyLabels;
  /** The kinds of cells of which nothing is kept. */
  readonly ignored?: readonly string[];
}

/** What stands beside an address is neither a login by its form nor anything known. */
export const NEITHER_LOGIN_NOR_TAG: Rejection = reject(
  RejectionReason.ambiguousColumns,
  'what stands beside host and port could be a login or a remark; write host:port:user:password, add a header row, or name the columns, as in --columns host,port,-,username,password',
);

/** Whether a cell was recognised. */
export function isKnown(cell: Recognised | null): cell is Recognised {
  return cell !== null;
}

/** The protocols that cells name, each once. */
export function protocolsOf(cells: readonly Recognised[]): readonly string[] {
  return withoutTunnel([...new Set(cells.flatMap(({ schemes }) => schemes ?? []))]);
}

/** Collects what cells say by their form; of two that say the same thing, the first counts. */
export function collectTags(cells: readonly Recognised[]): CollectedTags {
  const country = cells.find((cell) => cell.country !== undefined)?.country;
  const city = cells.find((cell) => cell.city !== undefined)?.city;
  const asn = cells.find((cell) => cell.asn !== undefined)?.asn;
  const anonymity = cells.find((cell) => cell.anonymity !== undefined)?.anonymity;
  const ignored = new Set(cells.flatMap((cell) => cell.ignored ?? []));
  const tags = {
    ...(country !== undefined && { country }),
    ...(city !== undefined && { city }),
    ...(asn !== undefined && { asn: Number(asn) }),
  };
  return {
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(anonymity !== undefined && { labels: { anonymity } }),
    ...(ignored.size > 0 && { ignored: [...ignored] }),
  };
}
