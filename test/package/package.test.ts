import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type DemoFleet, startDemoFleet } from '../../src/local/fleet/index.ts';
import {
  type InstalledPackage,
  installPackage,
  measure,
  oldestPeers,
} from './support/installed-package.ts';
import { readSnippets } from './support/readme-snippets.ts';
import { run, runWell, start } from './support/run.ts';

/** The most that an installation may take of a disk, with its dependencies, without CDK. */
const LARGEST_BYTES = 40 * 2 ** 20;

let installed: InstalledPackage;
let fleet: DemoFleet;
/** The certificate of the fleet's authority, a file. */
let ca: string;
beforeAll(async () => {
  [installed, fleet] = await Promise.all([installPackage(), startDemoFleet()]);
  ca = join(installed.directory, 'ca.pem');
  await writeFile(ca, fleet.caPem);
});
afterAll(async () => {
  await fleet?.close();
  await installed?.[Symbol.asyncDispose]();
});

// In this order: peers are installed on the way.
describe('the package alone', () => {
  it('takes at most 40 MB', async () => {
    const own = await measure(installed.root);
    const all = await measure(join(installed.directory, 'node_modules'));
    for (const [name, { files, bytes, diskBytes }] of Object.entries({ own, all })) {
      const sizes = [bytes, diskBytes].map((each) => `${(each / 2 ** 20).toFixed(1)} MB`);
      process.stderr.write(`installed, ${name}: ${files} files, ${sizes.join(', on disk ')}\n`);
    }
    expect(Math.max(all.bytes, all.diskBytes)).toBeLessThanOrEqual(LARGEST_BYTES);
  });

  it('has what README links to, and sources for every declaration', async () => {
    const readme = await readFile(join(installed.root, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links).toContain('CHANGELOG.md');
    for (const link of links) await access(join(installed.root, link));
    const maps = (await filesIn('dist')).filter((file) => file.endsWith('.d.ts.map'));
    expect(maps.length).toBeGreaterThan(100);
    for (const map of maps) {
      const { sources } = JSON.parse(await readFile(map, 'utf8'));
      for (const source of sources) await access(join(dirname(map), source));
    }
  });

  it('names neither the place where it was made nor anything of a clone', async () => {
    for (const file of await filesIn('.')) {
      const text = await readFile(file, 'latin1');
      expect(text.includes(installed.packedIn), file).toBe(false);
      expect(text.includes(process.cwd()), file).toBe(false);
    }
    const published = JSON.parse(await readFile(join(installed.root, 'package.json'), 'utf8'));
    for (const name of ['scripts', 'devDependencies', 'optionalDependencies', 'private']) {
      expect(published).not.toHaveProperty(name);
    }
    const sources = (await filesIn('dist')).filter((file) => /(?<!\.d)\.ts$/.test(file));
    expect(sources).toEqual([]);
  });

  it('has a cloud assembly that the CDK deploys as it is', async () => {
    const cdk = join(process.cwd(), 'node_modules/aws-cdk/bin/cdk');
    const app = join(installed.root, 'dist/assembly');
    const listed = await runWell(process.execPath, [cdk, 'list', '--app', app], {
      cwd: installed.directory,
    });
    expect(listed).toBe('Lighthouse\n');
    const assets = JSON.parse(await readFile(join(app, 'Lighthouse.assets.json'), 'utf8'));
    for (const { source } of Object.values<{ source: { path: string } }>(assets.files)) {
      await access(join(app, source.path));
    }
  });

  it('says which packages a stack on this machine needs', async () => {
    const { exitCode, stderr } = await run(installed.command, ['up'], { cwd: installed.directory });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: .* needs dynalite and fauxqs.*: npm install "dynalite@.*\n$/);
  });
});

describe('the package with its peers', () => {
  beforeAll(async () => {
    const { typescript, '@types/node': types } = manifest.devDependencies;
    await installed.install(...oldestPeers(), `typescript@${typescript}`, `@types/node@${types}`);
  });

  it.each([
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('compiles the README and each entry: $moduleResolution', async (modules) => {
    const snippets = await readSnippets(installed.root);
    expect(snippets.length).toBeGreaterThan(1);
    const folder = await mkdtemp(join(installed.directory, 'types-'));
    const files = [...snippets, CONSUMER].map((text, index) => ({ name: `${index}.ts`, text }));
    for (const { name, text } of files) await writeFile(join(folder, name), text);
    const compilerOptions = {
      ...modules,
      target: 'es2023',
      strict: true,
      noEmit: true,
      types: ['node'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const tsc = join(installed.directory, 'node_modules/.bin/tsc');
    expect(await run(tsc, ['-p', folder], { cwd: folder })).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
  });

  const [least = ''] = /[\d.]+/.exec(manifest.engines.node) ?? [];
  const lowest = least.includes('.') ? `${least}.0` : `${least}.0.0`;
  // Others than Linux x64 use the one Node they have.
  const versions = process.platform === 'linux' && process.arch === 'x64' ? [lowest, '26'] : [null];

  describe.each(versions)('under Node %s', (version) => {
    let node: string;
    beforeAll(async () => {
      node = version === null ? process.execPath : await installed.installNode(version);
    });
    const inProject = (input = '') => ({ cwd: installed.directory, node, input });

    it('imports each entry, and synthesizes a stack without a bundler', async () => {
      const script = join(installed.directory, 'entries.js');
      await writeFile(script, ENTRIES);
      const said = await runWell(node, [script], inProject());
      expect(JSON.parse(said)).toEqual({ checker: 'function', storage: 'function', functions: 3 });
    });

    it('checks a list from standard input, from any directory, and ends by a signal', async () => {
      const check = ['check', '-', '--target', fleet.targetUrl, '--ca', ca, '--json'];
      const elsewhere = { ...inProject(fleet.list), cwd: '/' };
      const report = JSON.parse(await runWell(installed.command, check, elsewhere));
      expect(report.summary.statuses.active).toBeGreaterThan(3);
      const child = start(installed.command, ['check', '-'], inProject());
      child.stdin.write('nonsense\n');
      await once(child.stdout, 'data');
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([130, null]);
    });

    it('runs the stack that comes with it: import, sweep, doctor', async () => {
      const up = start(installed.command, ['up', '--json'], inProject());
      try {
        const listening = once(createInterface({ input: up.stdout }), 'line');
        await Promise.race([
          listening,
          once(up, 'exit')
            .then(() => text(up.stderr))
            .then(fail),
        ]);
        const say = (input: string, ...args: string[]) =>
          runWell(installed.command, [...args, '--json'], inProject(input));
        await say('', 'pool', 'put', 'mine', '--target', fleet.targetUrl, '--ca', ca);
        const imported = JSON.parse(await say(fleet.list, 'import', 'mine', '-'));
        const { state, totals } = JSON.parse(await say('', 'sweep', 'mine', '--wait'));
        expect([state, totals.active > 3]).toEqual(['complete', true]);
        expect(imported.added).toBeGreaterThan(20);
        expect(JSON.parse(await say('', 'doctor')).ok).toBe(true);
      } finally {
        if (up.kill('SIGTERM')) await once(up, 'exit');
      }
      expect([up.exitCode, up.signalCode]).toEqual([0, null]);
    });
  });
});

/** A user's module; `skipLibCheck` is off, so that declarations are checked too. */
const CONSUMER = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { App } from 'aws-cdk-lib';
import { HealthChecker, MemoryStorage, type Storage } from 'proxy-lighthouse';
import { LighthouseStack } from 'proxy-lighthouse/cdk';
import { DynamoDbStorage } from 'proxy-lighthouse/dynamodb';

const tables = { pools: 'a', proxies: 'b', results: 'c', sweeps: 'd' };
export const storages: Storage[] = [
  new MemoryStorage(),
  new DynamoDbStorage({ client: new DynamoDBClient({}), tables }),
];
export const checker: HealthChecker = new HealthChecker();
new LighthouseStack(new App(), 'Proxies', { settings: { checker: { memoryMb: 1024 } } });
// @ts-expect-error memory is a number
new LighthouseStack(new App(), 'Wrong', { settings: { checker: { memoryMb: 'much' } } });
`;

const ENTRIES = `
import { App } from 'aws-cdk-lib';
import { HealthChecker } from 'proxy-lighthouse';
import { LighthouseStack } from 'proxy-lighthouse/cdk';
import { DynamoDbStorage } from 'proxy-lighthouse/dynamodb';

const app = new App({ analyticsReporting: false });
new LighthouseStack(app, 'Proxies');
const [stack] = app.synth().stacks;
const functions = Object.values(stack.template.Resources).filter(
  ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Code.S3Key,
);
console.log(JSON.stringify({
  checker: typeof HealthChecker,
  storage: typeof DynamoDbStorage,
  functions: functions.length,
}));
`;

function fail(words: string): never {
  throw new Error(`the stack did not start: ${words}`);
}

/** The files below a folder of the installed package. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(installed.root, folder), {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
