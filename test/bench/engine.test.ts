import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TARGETS } from './engine/report/targets.ts';
import { hasCompiler } from './engine/toolchain.ts';

const MAIN = join(import.meta.dirname, 'engine/main.ts');

describe.skipIf(!(await hasCompiler()))('the engine bench (with g++ and libssl-dev)', () => {
  it('measures engine and prober on full handshakes and assesses every target', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lighthouse-bench-test-'));
    try {
      const json = join(directory, 'figures.json');
      const { code, stdout } = await runBench([
        ...['--only', 'https', '--subjects', 'engine,limit'],
        ...['--rounds', '1', '--scale', '0.01', '--json', json],
      ]);
      const { measured, faults } = JSON.parse(await readFile(json, 'utf8'));
      expect(faults).toEqual([]);
      expect(measured.runs).toMatchObject([
        { subject: 'lighthouse', route: 'https', inFlight: 200, checks: 200, socketsLeft: 0 },
        { subject: 'C++ epoll', route: 'https', inFlight: 200, checks: 200 },
      ]);
      expect(code).toBe(/must hold +miss/.test(stdout) ? 1 : 0);
      for (const { name } of TARGETS) expect(stdout).toContain(name);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('refuses a part it does not have', async () => {
    const { code, stderr } = await runBench(['--only', 'ftp']);
    expect(code).toBe(1);
    expect(stderr).toContain('"ftp" is not one of http, https');
  });
});

function runBench(args: readonly string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}
