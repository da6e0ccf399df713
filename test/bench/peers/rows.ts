import { proxyHost } from '../engine/job.ts';

/** What the proxies of a row speak, and what is asked for through them. */
type Route = 'http' | 'https' | 'socks5' | 'refused';

/** One thing that a user does: a list of a length, on a route. */
export interface Row {
  readonly name: string;
  readonly route: Route;
  readonly lines: number;
  /** Delays of the proxies' answers, milliseconds; they take turns. */
  readonly delaysMs: readonly number[];
  /** Whether subjects are kept to one core. */
  readonly pinned: boolean;
  /** The share of the time in which a subject runs, 0 to 1. @default 1 */
  readonly share?: number;
}

/** Probes in flight in every row. */
export const IN_FLIGHT = 200;
/** Deadline of a check, milliseconds. */
export const TIMEOUT_MS = 5000;

const QUICK = [0, 1, 2, 3, 4, 5] as const;

const ON_ONE_CORE: readonly Row[] = [
  { name: 'start-up, 1 line', route: 'http', lines: 1, delaysMs: [0], pinned: true },
  { name: 'http: target', route: 'http', lines: 10_000, delaysMs: QUICK, pinned: true },
  { name: 'https: target', route: 'https', lines: 10_000, delaysMs: QUICK, pinned: true },
  { name: 'SOCKS5', route: 'socks5', lines: 10_000, delaysMs: QUICK, pinned: true },
  { name: 'refused', route: 'refused', lines: 30_000, delaysMs: QUICK, pinned: true },
  { name: 'http:, 50 ms', route: 'http', lines: 4000, delaysMs: [50], pinned: true },
  { name: 'https:, 50 ms', route: 'https', lines: 2000, delaysMs: [50], pinned: true },
];

const ON_ALL_CORES: readonly Row[] = [
  { name: 'http: target, all cores', route: 'http', lines: 10_000, delaysMs: QUICK, pinned: false },
  { name: 'https: target, all cores', route: 'https', lines: 6000, delaysMs: QUICK, pinned: false },
];

/** Rows of every round. */
export const ROWS: readonly Row[] = [...ON_ONE_CORE, ...ON_ALL_CORES];

/** Rows of the first round only. */
export const SINGLE_ROWS: readonly Row[] = [
  {
    name: 'memory, 100,000 lines',
    route: 'refused',
    lines: 100_000,
    delaysMs: QUICK,
    pinned: true,
  },
  {
    ...{ name: 'a tenth of a CPU', route: 'http', lines: 1000, delaysMs: [50] },
    ...{ pinned: true, share: 0.1 },
  },
];

/** The proxy on a line, and the delay of its answer; no two lines of a row share an address. */
export function proxyOf({ route, delaysMs }: Row, index: number, port: number) {
  const delayMs = delaysMs[index % delaysMs.length] ?? 0;
  const host = proxyHost(delayMs, Math.floor(index / delaysMs.length));
  const scheme = route === 'socks5' ? 'socks5' : 'http';
  return { url: `${scheme}://${host}:${port}`, delayMs };
}
