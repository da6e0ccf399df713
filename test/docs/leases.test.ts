import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { acquireSchema, releaseQuerySchema } from '../../functions/api/request/lease-schemas.ts';
import { proxyFiltersSchema } from '../../src/leases/acquire/proxy-filters.ts';
import { DEFAULT_LEASING } from '../../src/model/leasing-settings.ts';
import { type LeaseApi, startLeaseApi } from '../functions/support/lease-api.ts';
import { TEST_TIME } from '../support/fakes/fake-clock.ts';

const text = readFileSync(new URL('../../docs/leases.md', import.meta.url), 'utf8');
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** A documented request. */
interface Example {
  readonly command: string;
  /** The documented answer; null when there is none. */
  readonly answer: Readonly<Record<string, unknown>> | null;
}

const examples: readonly Example[] = text
  .split('```console\n')
  .slice(1)
  .flatMap((section) => {
    const [command = '', rest = ''] = section.split(/\n```(.*)/s);
    const answer = /^[^`]*(?:`[^`\n]+`[^`]*)*```json\n(.*?)\n```/s.exec(rest)?.[1];
    return command.startsWith('$CURL')
      ? [{ command, answer: answer ? JSON.parse(answer) : null }]
      : [];
  });

/** Ids differ from run to run; everything else in an answer has to be right to the letter. */
const RANDOM = new Set(['leaseId', 'proxyId']);

function withoutIds(body: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, RANDOM.has(name) ? typeof value : value]),
  );
}

/** Sends the request of a documented `curl` command. */
function send(api: LeaseApi, command: string, leaseId: string) {
  const target = /"\$API([^"]+)"/.exec(command)?.[1] ?? '';
  const body = / -d '([^']*)'/.exec(command)?.[1];
  const header = / -H '([^:]+): ([^']*)'/.exec(command);
  return api.call({
    method: / -X (\w+)/.exec(command)?.[1] ?? 'GET',
    target: target.replace('$LEASE', leaseId).replace('$PROXY', api.ids[0] ?? ''),
    headers: header ? { [`${header[1]}`]: `${header[2]}` } : {},
    ...(body !== undefined && { body }),
  });
}

it('the documented requests are answered as documented, one after the other', async () => {
  const proxy = { host: '192.0.2.7', port: 8080, username: 'user', password: 'pass' };
  const listed = JSON.stringify({ ...proxy, country: 'SE' });
  const api = await startLeaseApi([listed], '', { pool: 'shop', allowPrivateAddresses: true });
  let leaseId = '';
  for (const { command, answer } of examples) {
    if (command.startsWith('$CURL "')) await api.acquire({ consumer: 'crawler-8' });
    const reply = await send(api, command, leaseId);
    expect(reply.status, `${command}: ${reply.text}`).toBeLessThan(500);
    leaseId = reply.json?.leaseId ?? leaseId;
    if (!answer) expect([200, 204], reply.text).toContain(reply.status);
    else if (command.startsWith('$CURL "')) expect(reply.json).toMatchObject(answer);
    else expect(withoutIds(reply.json)).toEqual(withoutIds(answer));
  }
  expect(api.clock.now()).toBe(TEST_TIME);
  expect(examples.map(({ answer }) => answer !== null)).toEqual([
    true, // acquire
    true, // none available
    true, // renew
    false, // release
    true, // view
    false, // limit
  ]);
});

it('the lease commands of the README work one after the other', async () => {
  const listed = JSON.stringify({ host: '8.8.8.8', port: 80, country: 'SE' });
  const api = await startLeaseApi([listed], '', { pool: 'shop' });
  const commands = readme.match(/^\$CURL .*\/leases.*$/gm) ?? [];
  const statuses: number[] = [];
  let leaseId = '';
  for (const command of commands) {
    const reply = await send(api, command, leaseId);
    statuses.push(reply.status);
    leaseId = reply.json?.leaseId ?? leaseId;
  }
  expect(statuses).toEqual([201, 200, 204]);
});

it.each([
  ...Object.keys(acquireSchema.shape),
  ...Object.keys(proxyFiltersSchema.shape),
  ...Object.keys(releaseQuerySchema.shape),
  ...Object.keys(DEFAULT_LEASING),
])('%s is documented', (name) => {
  expect(text).toContain(`\`${name}\``);
});

it('the documented defaults of a pool are the defaults', () => {
  for (const [name, value] of Object.entries(DEFAULT_LEASING)) {
    expect(text).toMatch(new RegExp(`^\\| \`${name}\` \\| [^|]+ \\| ${value} \\|`, 'm'));
  }
});

it('no command that can be copied makes curl go out directly when no proxy is free', () => {
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const paths = globSync(['*.md', 'docs/**/*.md', 'docs/**/*.ts', 'src/cli/**/*.ts'], { cwd });
  const unsafe = paths.filter((path) => readFileSync(cwd + path, 'utf8').includes('-x "$('));
  expect(paths).toContain('src/cli/stack/lease/lease-command.ts');
  expect(unsafe).toEqual([]);
});
