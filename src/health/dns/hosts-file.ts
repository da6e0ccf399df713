import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

/** How long the file is taken to be unchanged, milliseconds. */
const FRESH_MS = 10_000;

const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * The hosts file (hosts(5)): addresses by name. `localhost` and names under it are always loopback
 * (RFC 6761, section 6.3), of both families even where the file names one. It is read again when it
 * has changed; a missing file counts as empty.
 */
export class HostsFile {
  readonly #path: string;
  #addresses = parseHosts('');
  #modifiedMs = -1;
  #checkedMs = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
  }

  /** The addresses of a lower-case name, IPv4 first; null when the name is not in the file. */
  lookup(name: string, nowMs: number): readonly string[] | null {
    if (nowMs - this.#checkedMs > FRESH_MS) this.#refresh(nowMs);
    const known = this.#addresses.get(name);
    if (known) return known;
    return name.endsWith('.localhost') ? LOOPBACK : null;
  }

  #refresh(nowMs: number): void {
    this.#checkedMs = nowMs;
    try {
      const { mtimeMs } = statSync(this.#path);
      if (mtimeMs === this.#modifiedMs) return;
      this.#addresses = parseHosts(readFileSync(this.#path, 'utf8'));
      this.#modifiedMs = mtimeMs;
    } catch {
      this.#addresses = parseHosts('');
      this.#modifiedMs = -1;
    }
  }
}

/** Reads lines of `address name…`, with `#` comments. */
function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const listed = addresses.get(key) ?? new Set();
      addresses.set(key, listed.add(address));
    }
  }
  addresses.set('localhost', new Set([...(addresses.get('localhost') ?? []), ...LOOPBACK]));
  const ipv4First = (a: string, b: string) => isIP(a) - isIP(b);
  return new Map([...addresses].map(([name, listed]) => [name, [...listed].sort(ipv4First)]));
}
