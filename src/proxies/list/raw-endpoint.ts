import type { ProxyTags } from '../endpoint.ts';

/** An endpoint as a list wrote it, taken apart but not yet judged. */
export interface RawEndpoint {
  /** As written, in any case; null: the list's default protocol. */
  readonly scheme: string | null;
  /** Without brackets. */
  readonly host: string;
  /** The digits as written; null when there is none. */
  readonly port: string | null;
  /** `30` of `1.2.3.0/30`: a range of addresses; null: one address. */
  readonly prefix: string | null;
  /** `8090` of `8080-8090`: a range of ports; null: one port. */
  readonly lastPort: string | null;
  /** Empty with an empty password: no credentials. */
  readonly username: string;
  readonly password: string;
  /** SOCKS4 with the target's name resolved by the proxy. */
  readonly remoteDns?: boolean;
  readonly tags?: ProxyTags;
}
