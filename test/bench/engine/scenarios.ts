import { ANSWERED_ROUTES, HELD_OCTET, Route } from './job.ts';

/** Parts of the bench that can be asked for by name. */
export const PARTS = [...Object.values(Route), 'memory', 'growth', 'levels'] as const;
export type Part = (typeof PARTS)[number];

/** A task that every subject able to do it is given. */
export interface Scenario {
  readonly part: Part;
  readonly route: Route;
  readonly inFlight: number;
  readonly octet: number;
  /** Checks of the engine; others get their share. */
  readonly checks: number;
  readonly warmUp: number;
}

/** In flight where ratios are taken and most targets hold. */
export const USUAL_IN_FLIGHT = 200;
/** Delay of the proxies' answers at this many in flight, milliseconds. */
const USUAL_DELAY_MS = 50;
/** Delay at the higher levels: with a shorter one, that many would never be in flight at once. */
const LONG_DELAY_MS = 250;
/** In flight where memory per probe is taken. */
const MANY_IN_FLIGHT = 1000;

/** Enough for a run to take about a second, and for Node's compiler to be done before it. */
const SIZES: Readonly<Record<Route, { readonly checks: number; readonly warmUp: number }>> = {
  http: { checks: 3000, warmUp: 4500 },
  https: { checks: 1200, warmUp: 1500 },
  resumed: { checks: 1600, warmUp: 2500 },
  socks5: { checks: 2400, warmUp: 3500 },
  refused: { checks: 5000, warmUp: 8000 },
};

/** The runs of a round: each route at 200 in flight. */
export const USUAL: readonly Scenario[] = Object.values(Route).map((route) => ({
  ...{ part: route, route, inFlight: USUAL_IN_FLIGHT, octet: USUAL_DELAY_MS },
  ...SIZES[route],
}));

/** The other levels. */
export const LEVELS: readonly Scenario[] = [50, 500, 1000].flatMap((inFlight) =>
  ANSWERED_ROUTES.map((route): Scenario => {
    const octet = inFlight > USUAL_IN_FLIGHT ? LONG_DELAY_MS : USUAL_DELAY_MS;
    const checks = Math.max(1.5 * inFlight, SIZES[route].checks / 4);
    return { part: 'levels', route, inFlight, octet, checks, warmUp: 400 };
  }),
);

/** Answers are held until as many probes wait as may be in flight, to have them all at once. */
export const MEMORY: readonly Scenario[] = ANSWERED_ROUTES.map((route) => ({
  ...{ part: 'memory', route, inFlight: MANY_IN_FLIGHT, octet: HELD_OCTET },
  ...{ checks: MANY_IN_FLIGHT, warmUp: 1000 },
}));
