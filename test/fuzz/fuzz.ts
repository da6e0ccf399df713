import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type KnownRouteKey, ROUTE_KEYS } from '../../functions/api/route-keys.ts';
import type { Clock } from '../../src/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { TestReply } from '../functions/support/api.ts';
import { createRandom, type Random } from '../support/random.ts';
import { faultsOf } from './check-answer.ts';
import { type FuzzWorld, startFuzzWorld } from './fuzz-world.ts';
import { hostileRequest } from './hostile-requests.ts';

/** Requests to one storage; then a new one is made, with the next seed. */
const REQUESTS_PER_WORLD = 250;
/** The most faults that are shown. */
const MAX_FAULTS = 20;
/**
 * The longest time between two requests, on the clock of the api: leases end meanwhile, while the
 * pools of inline lists, which last a day, outlive the world.
 */
const MAX_PAUSE_MS = 120_000;
/** Far above what a request takes on a busy machine, milliseconds. */
const MAX_REQUEST_MS = 5_000;

/** The bounds of a run: it ends at whichever it reaches first. */
export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly requests: number;
  /** Opens an empty storage. @default one in memory */
  readonly openStorage?: () => Promise<(clock: Clock) => Storage>;
}

/** The outcome of a run. */
export interface FuzzReport {
  readonly requests: number;
  /** How many answers had each status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Routes, and how many of their requests were done. */
  readonly done: ReadonlyMap<string, number>;
  /** A sentence for each fault, with the seed that repeats it. */
  readonly faults: readonly string[];
}

/**
 * Sends requests of every kind to every route of the real handler. Each is answered, done or
 * refused with a problem document; a refused one has stored nothing; no answer has a secret.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, seconds, requests, openStorage } = options;
  const statuses = new Map<number, number>();
  const done = new Map<string, number>();
  const faults: string[] = [];
  const endsAt = performance.now() + seconds * 1000;
  let sent = 0;
  for (let world = 0; sent < requests; world += 1) {
    const worldSeed = (seed + world) % 2 ** 32;
    const random = createRandom(worldSeed);
    const fuzzed = new FuzzedApi(await startFuzzWorld(await openStorage?.()));
    for (let n = 0; n < REQUESTS_PER_WORLD && sent < requests; n += 1) {
      if (performance.now() >= endsAt || faults.length >= MAX_FAULTS) {
        return { requests: sent, statuses, done, faults };
      }
      const routeKey = pickRoute(random);
      fuzzed.wait(random.between(0, MAX_PAUSE_MS));
      const event = hostileRequest(random, routeKey, fuzzed.known);
      const { status, found } = await fuzzed.send(event, routeKey);
      sent += 1;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status < 300) done.set(routeKey, (done.get(routeKey) ?? 0) + 1);
      faults.push(...found.map((fault) => `seed ${worldSeed}, ${routeKey}: ${fault}`));
    }
  }
  return { requests: sent, statuses, done, faults };
}

/** A route; seldom the one after which nothing works with a pool any more. */
function pickRoute(random: Random): KnownRouteKey {
  const routeKey = random.pick(ROUTE_KEYS);
  return routeKey === 'DELETE /pools/{pool}' && random.chance(0.9) ? 'GET /pools/{pool}' : routeKey;
}

/** The api under fuzz, with what was stored before the next request. */
class FuzzedApi {
  readonly #world: FuzzWorld;
  #stored: string | null = null;
  #logged = 0;

  constructor(world: FuzzWorld) {
    this.#world = world;
  }

  get known() {
    return this.#world.known;
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.#world.api.clock.advance(ms);
  }

  /** Sends one request and looks at what came of it. */
  async send(event: APIGatewayProxyEventV2, routeKey: string) {
    const { api, salts, countWrites, snapshot } = this.#world;
    this.#stored ??= await snapshot();
    const writesBefore = countWrites();
    const startedAt = performance.now();
    let reply: TestReply;
    try {
      reply = await api.answer(event);
    } catch (error) {
      return { status: 0, found: [`the handler threw ${error}; ${describe(event)}`] };
    }
    const tookMs = performance.now() - startedAt;
    const context = {
      isLease: routeKey === 'POST /pools/{pool}/leases',
      secrets: salts,
      log: this.#newLines(),
    };
    const found = [...faultsOf(reply, context)];
    if (tookMs > MAX_REQUEST_MS) found.push(`the answer took ${Math.round(tookMs)} ms`);
    if (countWrites() > writesBefore) {
      const stored = await snapshot();
      if (reply.status >= 400 && stored !== this.#stored) found.push('a refusal stored something');
      this.#stored = stored;
    }
    const { status } = reply;
    return { status, found: found.map((each) => `${status}: ${each}; ${describe(event)}`) };
  }

  #newLines(): string {
    const { lines } = this.#world.api.telemetry.logger;
    const fresh = lines.slice(this.#logged).join('');
    this.#logged = lines.length;
    return fresh;
  }
}

/** A request in short. */
function describe({
  rawPath,
  queryStringParameters,
  headers,
  body,
}: APIGatewayProxyEventV2): string {
  return JSON.stringify({ rawPath, queryStringParameters, headers, body }).slice(0, 1_500);
}
