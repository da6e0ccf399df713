import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localAuthorization } from '../../src/local/credentials.ts';
import { startLocalStack } from '../../src/local/local-stack.ts';
import { synthesize } from '../../src/local/synthesize.ts';
import { EVERYTHING } from '../cdk/template.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-production-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it.each([
  ['a network, a key, tags and tracing', EVERYTHING],
  ['a network of its own', { network: { kind: 'fixedEgress' } }],
])('a stack with %s runs on this machine', async (name, lighthouse) => {
  const outDir = join(directory, name);
  await synthesize({ outDir, context: { lighthouse } });
  const stack = await startLocalStack({ outDir, stackFileDirectory: null });
  try {
    const headers = { authorization: localAuthorization(stack.credentials) };
    const answer = await fetch(`${stack.apiUrl}/pools`, { headers });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ pools: [] });
  } finally {
    await stack.stop();
  }
});
