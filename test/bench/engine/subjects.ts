import { join } from 'node:path';
import { type Job, Route, type SubjectReport } from './job.ts';
import { runChild, runJsonChild } from './run-child.ts';
import { CURL_MAX_IN_FLIGHT, runCurl } from './subjects/curl.ts';
import type { Workbench } from './workbench.ts';

/** What checks proxies in this bench. */
export const SubjectName = {
  engine: 'lighthouse',
  unpaced: 'lighthouse, unpaced',
  curl: 'curl -Z',
  undici: 'undici ProxyAgent',
  nodeHttp: 'node:http + agent',
  httpx: 'httpx',
  limit: 'C++ epoll',
} as const;
export type SubjectName = (typeof SubjectName)[keyof typeof SubjectName];

export interface Subject {
  readonly name: SubjectName;
  readonly routes: readonly Route[];
  /** Checks it is given, as a share of the engine's, so that a slow one takes no longer. */
  readonly share: number;
  readonly maxInFlight: number;
  /** True when a target needs it, so that it is measured in every round, not only in the first. */
  readonly everyRound: boolean;
  /** True when its memory is measured, and other levels too. */
  readonly hasLevels: boolean;
  /** What is missing here for it to run; null when it can. */
  missing(): Promise<string | null>;
  run(job: Job, bench: Workbench): Promise<SubjectReport>;
}

/** Debian's Python, for which python3-httpx is packaged; another one on the path may not see it. */
const PYTHON = '/usr/bin/python3';

const ANSWERED: readonly Route[] = [Route.http, Route.https, Route.socks5];
const EVERY_ROUTE: readonly Route[] = Object.values(Route);
const MANY = 10_000;

/** Every subject, in the order of a round. */
export const SUBJECTS: readonly Subject[] = [
  {
    name: SubjectName.engine,
    ...{ routes: EVERY_ROUTE, share: 1, maxInFlight: MANY, everyRound: true, hasLevels: true },
    missing: nothing,
    run: (job) => runNode('engine', job),
  },
  {
    name: SubjectName.curl,
    ...{
      routes: ANSWERED,
      share: 1,
      maxInFlight: CURL_MAX_IN_FLIGHT,
      everyRound: true,
      hasLevels: true,
    },
    missing: () => missingUnlessRun('curl', ['--version'], 'curl'),
    run: runCurl,
  },
  {
    name: SubjectName.unpaced,
    ...{ routes: [Route.http, Route.https], share: 1, maxInFlight: MANY },
    ...{ everyRound: true, hasLevels: false },
    missing: nothing,
    run: (job) => runNode('engine-unpaced', job),
  },
  {
    name: SubjectName.limit,
    ...{ routes: EVERY_ROUTE, share: 1, maxInFlight: MANY, everyRound: true, hasLevels: true },
    missing: nothing,
    run: runProber,
  },
  {
    name: SubjectName.undici,
    ...{ routes: ANSWERED, share: 0.5, maxInFlight: MANY, everyRound: false, hasLevels: true },
    missing: nothing,
    run: (job) => runNode('undici', job),
  },
  {
    name: SubjectName.nodeHttp,
    ...{ routes: ANSWERED, share: 0.5, maxInFlight: MANY, everyRound: false, hasLevels: true },
    missing: nothing,
    run: (job) => runNode('node-http', job),
  },
  {
    name: SubjectName.httpx,
    ...{ routes: ANSWERED, share: 0.1, maxInFlight: MANY, everyRound: false, hasLevels: true },
    missing: () =>
      missingUnlessRun(PYTHON, ['-c', 'import httpx, socksio'], 'python3-httpx or python3-socksio'),
    run: (job) => runJsonChild(PYTHON, [fileOf('httpx-client.py'), JSON.stringify(job)]),
  },
];

async function nothing(): Promise<null> {
  return null;
}

/** Names what is missing when the program fails; null when it runs. */
async function missingUnlessRun(
  program: string,
  args: readonly string[],
  what: string,
): Promise<string | null> {
  const ended = await runChild(program, args).catch(() => ({ code: null }));
  return ended.code === 0 ? null : what;
}

/** The path of a program in subjects/. */
export function fileOf(name: string): string {
  return join(import.meta.dirname, 'subjects', name);
}

function runNode(name: string, job: Job): Promise<SubjectReport> {
  return runJsonChild(process.execPath, ['--expose-gc', fileOf(`${name}.ts`), JSON.stringify(job)]);
}

function runProber(job: Job, { prober, caFile }: Workbench): Promise<SubjectReport> {
  const route = job.route === Route.resumed ? Route.https : job.route;
  const resume = job.route === Route.resumed ? 1 : 0;
  const { checks, inFlight, warmUp, warmUpInFlight, octet, port } = job;
  const figures = [checks, inFlight, warmUp, warmUpInFlight, octet, port].map(String);
  return runJsonChild(prober, [route, ...figures, caFile, String(resume)]);
}
