import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../cdk/bundle.ts';
import { bundleOf } from '../../cdk/function-code.ts';
import { EnvironmentName, FUNCTION_NAMES } from '../../functions/environment.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-app-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The CDK takes seconds to load, and longer while other tests run. */
const TIMEOUT_MS = 120_000;

describe('the app, run outside the CDK command line', { timeout: TIMEOUT_MS }, () => {
  it('writes the template and one asset for each function', async () => {
    const outDir = join(directory, 'whole');
    expect(await runApp(outDir, {})).toEqual({ code: 0, stderr: '' });
    const { files } = JSON.parse(await readFile(join(outDir, 'Lighthouse.assets.json'), 'utf8'));
    const folders = Object.values<{ source: { path: string; packaging: string } }>(files)
      .filter(({ source }) => source.packaging === 'zip')
      .map(({ source }) => source.path);
    expect(folders).toHaveLength(3);
    for (const folder of folders) {
      expect(await readdir(join(outDir, folder))).toEqual(['index.mjs']);
    }
  });

  it('takes its settings from the context', async () => {
    const outDir = join(directory, 'sized');
    await runApp(outDir, { lighthouse: { checker: { memoryMb: 2048 } }, ...NO_BUNDLING });
    const template = await readFile(join(outDir, 'Lighthouse.template.json'), 'utf8');
    expect(template).toContain('"MemorySize": 2048');
  });

  it('takes single settings, and the name of the stack, from dotted keys', async () => {
    const outDir = join(directory, 'dotted');
    const dotted = {
      'lighthouse.checker.memoryMb': '1024',
      'lighthouse.stackName': 'Proxies-Prod',
      ...NO_BUNDLING,
    };
    expect(await runApp(outDir, dotted)).toEqual({ code: 0, stderr: '' });
    const template = await readFile(join(outDir, 'Lighthouse.template.json'), 'utf8');
    expect(template.match(/"MemorySize": 1024/g)).toHaveLength(2);
    const { artifacts } = JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8'));
    expect(artifacts.Lighthouse.properties.stackName).toBe('Proxies-Prod');
  });

  it.each([
    [
      'settings that cannot work together',
      { lighthouse: { queue: { visibilityTimeoutSeconds: 60 } } },
      'queue.visibilityTimeoutSeconds is 60 but must be at least 360',
    ],
    ['a wrong key', { 'lighthouse.checker.memory': '1' }, 'checker: has no setting "memory"'],
    [
      'a wrong value',
      { 'lighthouse.checker.memoryMb': 'lots' },
      'checker.memoryMb: must be a whole number from 128 to 10240, and is "lots"',
    ],
  ])('fails with one sentence, and no stack trace, on %s', async (_, context, sentence) => {
    const outDir = join(directory, 'bad');
    const { code, stderr } = await runApp(outDir, { ...context, ...NO_BUNDLING });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^the settings of Lighthouse cannot be used: [^\n]+\n$/);
    expect(stderr).toContain(sentence);
  });
});

describe('the bundles', () => {
  it('contain neither the classic zod nor code of other programs', async () => {
    const { outputs } = await bundleFunctions();
    expect(Object.keys(outputs)).toHaveLength(3);
    for (const { bytes, inputs } of Object.values(outputs)) {
      expect(bytes).toBeLessThan(2.5 * 1024 * 1024);
      const foreign = Object.keys(inputs).filter((path) => FOREIGN.test(path));
      expect(foreign).toEqual([]);
    }
  });
});

describe('a cold start', () => {
  it('imports no module of Node as an ES module, which reads all of its exports', async () => {
    const { outputs } = await bundleFunctions();
    for (const { imports } of Object.values(outputs)) {
      expect(imports.map(({ path }) => path)).toContain('node:https');
      expect(imports.filter(({ kind }) => kind !== 'require-call')).toEqual([]);
    }
  });

  it.each(FUNCTION_NAMES)(
    'of %s loads neither the HTTP client of Node nor HTTP/2',
    async (name) => {
      await bundleFunctions();
      const loaded = await modulesLoadedBy(join(bundleOf(name), 'index.mjs'));
      expect(loaded).toContain('https');
      expect(loaded.filter((each) => /undici|http2/.test(each))).toEqual([]);
    },
  );
});

/** What a function needs to start. */
const ENVIRONMENT = Object.fromEntries([
  ...Object.values(EnvironmentName).map((name) => [name, '1']),
  ...['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) => [name, 'test']),
]);

/** The modules of Node that a process has loaded once it has imported a file. */
async function modulesLoadedBy(file: string): Promise<readonly string[]> {
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    const loaded = process.moduleLoadList.map((each) => each.replace(/^(NativeModule|Internal Binding) /, ''));
    process.stdout.write(JSON.stringify([typeof handler, ...loaded]), () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [handler, ...loaded] = JSON.parse(await text(child.stdout)) as string[];
  expect(handler).toBe('function');
  return loaded;
}

/** The context the command line sets when a command needs no code. */
const NO_BUNDLING = { 'aws:cdk:bundling-stacks': [] };

const FOREIGN =
  /zod\/v4\/classic|zod\/v4\/locales\/(?!en\.)|aws-cdk|src\/(cli|local|dashboard)\/|provider-(ini|sso)|undici\/index/;

async function runApp(outDir: string, context: object) {
  const app = spawn(process.execPath, ['cdk/app.ts'], {
    env: {
      ...process.env,
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_VALIDATION: 'false',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(app.stderr), once(app, 'exit')]);
  return { code, stderr };
}
