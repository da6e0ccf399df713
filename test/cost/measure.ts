/**
 * `npm run cost:measure`: measures what the pipeline takes of the services that charge by use,
 * writes it to src/cost/quantities.json and docs/cost.md, and prints each goal with its outcome. It
 * takes about eight minutes.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { formatCostPage, formatScenarios } from '../../docs/generate-cost.ts';
import { systemClock } from '../../src/clock.ts';
import { playInvocation } from '../../src/cost/checker-time.ts';
import type { MeasuredScenario, Quantities } from '../../src/cost/quantities.ts';
import { SCENARIOS, USUAL } from '../../src/cost/scenarios.ts';
import { measureHttpsBytes, measureSweeps } from './measure-sweeps.ts';
import { type TakenTime, takeTime } from './measure-time.ts';

/** Proxies of a sweep in which all answer, or none does: one invocation. */
const ALIKE = 1600;
/** Proxies of a scenario: two invocations, or as many as find time. */
const CHECKS = 3200;
const CHECKS_ON_ONE_HOST = 1600;
/** Quick, so that the processor alone holds the checker up. */
const QUICK = { ...USUAL, alive: 1, latencyMs: 50 };
const DEAD = { ...USUAL, alive: 0, timeoutMs: 1000 };

const say = (line: string) => process.stderr.write(`${line}\n`);
const quantities = await measure();
const json = `${JSON.stringify(quantities, rounded, 2)}\n`;
writeFileSync(new URL('../../src/cost/quantities.json', import.meta.url), json);
writeFileSync(new URL('../../docs/cost.md', import.meta.url), formatCostPage(JSON.parse(json)));
process.stdout.write(formatScenarios(JSON.parse(json)));

async function measure(): Promise<Quantities> {
  say('counting on the wire');
  const { perCheck, ...counted } = await measureSweeps();
  const https = await measureHttpsBytes();
  say('taking the time of checks by outcome');
  const quick = await takeTime(QUICK, ALIKE);
  const quickHttps = await takeTime({ ...QUICK, https: true }, ALIKE);
  const dead = await takeTime(DEAD, ALIKE);
  const cpuMs = { http: cpuOf(quick), https: cpuOf(quickHttps), failed: cpuOf(dead) };
  return {
    measuredAt: new Date(systemClock.now()).toISOString(),
    machine: describeMachine(quick),
    perCheck: {
      ...perCheck,
      sentBytes: { http: perCheck.sentBytes, https },
    },
    ...counted,
    checker: { cpuMs, overheadMs: overheadOf(quick, cpuMs), initMs: quick.initMs },
    fanOut: { tickMs: quick.tickMs, startMs: quick.startMs },
    scenarios: await measureScenarios(),
  };
}

async function measureScenarios(): Promise<readonly MeasuredScenario[]> {
  const measured: MeasuredScenario[] = [];
  for (const { goalUsd: _goal, ...scenario } of SCENARIOS) {
    say(`taking the time of: ${scenario.name}`);
    const checks = scenario.hosts === null ? CHECKS : CHECKS_ON_ONE_HOST;
    const taken = await takeTime(scenario, checks);
    const secondsPerMillion = (taken.checkerMs / 1000 / checks) * 1_000_000;
    const { invocations } = taken;
    measured.push({
      ...{ ...scenario, checks, secondsPerMillion, invocations },
      cpuMsPerCheck: cpuOf(taken),
    });
  }
  return measured;
}

/** What an invocation took more than its probes. */
function overheadOf(quick: TakenTime, cpuMs: Quantities['checker']['cpuMs']): number {
  const load = { batches: 8, rowsPerBatch: ALIKE / 8 };
  const played = playInvocation(QUICK, load, { cpuMs, overheadMs: 0, initMs: 0 });
  return Math.max(0, quick.checkerMs / quick.invocations - played.billedMs);
}

function cpuOf({ cpuMs, checks }: TakenTime): number {
  return cpuMs / checks;
}

function describeMachine({ how }: TakenTime): string {
  const [{ model } = { model: 'unknown' }] = cpus();
  const means = how === 'quota' ? "by the kernel's quota" : 'by stopping and continuing them';
  return `${model}, Node ${process.version}, the functions limited ${means}`;
}

/** Keeps four digits of a number: more would only be noise. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
