import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type GatewayStub, startGateway } from '../../support/cloud/api-gateway.ts';
import { type AwsEnvironment, createAwsEnvironment } from '../../support/cloud/aws-environment.ts';
import { REGION } from '../../support/cloud/cloud-formation.ts';
import { KEYS } from '../../support/cloud/verified-server.ts';
import { runHere } from '../../support/run-here.ts';

// A busy machine takes its time for a hundred requests of 500 proxies.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let gateway: GatewayStub;
let aws: AwsEnvironment;

beforeAll(async () => {
  gateway = await startGateway();
  aws = await createAwsEnvironment('http://127.0.0.1:9', { config: '', credentials: '' });
  aws.reset();
  aws.useKeys(KEYS);
  for (const pool of ['long', 'json', 'columns']) await gateway.api.put(`/pools/${pool}`, {});
});
afterAll(async () => {
  for (const each of [aws, gateway]) await each?.[Symbol.asyncDispose]();
});

async function importInto(pool: string, input: string, ...flags: string[]) {
  const where = ['--api', gateway.url, '--region', REGION, '--json', ...flags];
  const { exitCode, stdout, stderr } = await runHere(['import', pool, '-', ...where], { input });
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** A public address of its own for each number. */
function addressOf(index: number): string {
  return `8.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** What a line of the list is, by the number of the line: mostly a proxy of its own. */
function lineAt(line: number): { readonly text: string; readonly kind: string } {
  if (line % 1_000 === 0) return { text: '', kind: 'skipped' };
  if (line % 700 === 0) return { text: `${addressOf(line)},99999,,,Example,k`, kind: 'rejected' };
  // Seen some 20 requests before.
  if (line % 500 === 1 && line > 10_500) {
    return { text: `${addressOf(line - 10_002)},80,ann,pw,Example,k`, kind: 'duplicate' };
  }
  // Well-formed, but the stack refuses it.
  if (line % 450 === 0) return { text: `10.0.${line % 256}.1,80,,,Example,k`, kind: 'refused' };
  return { text: `${addressOf(line)},80,ann,pw,Example,k`, kind: 'accepted' };
}

it('imports 50,000 lines of CSV, each accounted for', async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => lineAt(index + 2));
  const count = (wanted: string) => lines.filter(({ kind }) => kind === wanted).length;
  const csv = ['ip,port,username,password,provider,api_key', ...lines.map(({ text }) => text)];
  const [accepted, refused] = [count('accepted'), count('refused')];
  const report = await importInto('long', csv.join('\n'), '--concurrency', '6');
  const { rejections, ...counts } = report;
  expect(counts).toEqual({
    ...{ pool: 'long', read: 50_001, accepted, duplicate: count('duplicate') },
    ...{ skipped: count('skipped') + 1, rejected: count('rejected') + refused },
    ...{ added: accepted, existing: 0, repeated: 0, ignoredColumns: ['api_key'] },
  });
  const bad = lines.flatMap(({ kind }, index) =>
    kind === 'rejected' || kind === 'refused' ? [index + 2] : [],
  );
  expect(rejections.map(({ line }: { line: number }) => line)).toEqual(bad.slice(0, 100));
  expect(gateway.accepted.length).toBeGreaterThan(90);
  expect(gateway.refused).toEqual([]);
  const again = csv.slice(0, 2_001).join('\n');
  expect(await importInto('long', again)).toMatchObject({ added: 0, repeated: 0 });
});

const CELLS = Array.from({ length: 1_200 }, (_, index) => addressOf(index));

it.each([
  ['json', JSON.stringify([...CELLS.map((host) => ({ host, port: 80, note: 'n' })), { host: 1 }])],
  ['columns', [...CELLS.map((host) => `ann,${host},80`), 'ann,1.2.3.4,x'].join('\n')],
])('reads every chunk of a list of %s as the form of the whole says', async (pool, list) => {
  const flags = pool === 'columns' ? ['--columns', 'username,host,port'] : [];
  const report = await importInto(pool, list, ...flags);
  expect(report).toMatchObject({ accepted: 1_200, added: 1_200, rejected: 1 });
  expect(report.rejections).toMatchObject([{ line: 1_201 }]);
});

it.each(['0', '17'])('refuses to send %s requests at once', async (concurrency) => {
  const args = ['import', 'long', '-', '--api', gateway.url, '--concurrency', concurrency];
  const { exitCode, stderr } = await runHere(args);
  expect(stderr).toBe(`error: --concurrency is ${concurrency}; it must be 1 to 16\n`);
  expect(exitCode).toBe(2);
});
