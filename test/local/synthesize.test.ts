import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../src/local/synthesize.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-synth-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** The CDK's command line takes seconds to load, and longer while other tests run. */
const TIMEOUT_MS = 120_000;

describe('synthesizing for this machine', { timeout: TIMEOUT_MS }, () => {
  it('gives the same template and assets as cdk synth', async () => {
    const ours = await synthesize({ outDir: join(directory, 'ours') });
    const theirs = join(directory, 'theirs');
    const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
    await promisify(execFile)(
      process.execPath,
      ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--output', theirs],
      { cwd: PROJECT, env: { ...process.env, PATH, CDK_VALIDATION: 'false' } },
    );
    for (const file of ['Lighthouse.template.json', 'Lighthouse.assets.json']) {
      expect(await readJson(ours, file)).toEqual(await readJson(theirs, file));
    }
  });

  it('passes on settings as context', async () => {
    const context = { lighthouse: { checker: { memoryMb: 1024 } } };
    const outDir = await synthesize({ outDir: join(directory, 'large'), context });
    const { Resources } = await readJson(outDir, 'Lighthouse.template.json');
    const checker = Object.values<{ Properties: { Description?: string } }>(Resources).find(
      ({ Properties }) => Properties.Description?.startsWith('Probes'),
    );
    expect(checker).toMatchObject({ Properties: { MemorySize: 1024 } });
  });

  it("fails with the app's own error", async () => {
    const context = { lighthouse: { queue: { visibilityTimeoutSeconds: 10 } } };
    const failing = synthesize({ outDir: join(directory, 'failing'), context });
    await expect(failing).rejects.toThrow('queue.visibilityTimeoutSeconds is 10');
  });
});

async function readJson(outDir: string, file: string) {
  return JSON.parse(await readFile(join(outDir, file), 'utf8'));
}
