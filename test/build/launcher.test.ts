import { spawnSync } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../../build/launcher/', import.meta.url));

/** Stands in for the command line. */
const PROGRAM = `
console.log(JSON.stringify({ args: process.argv.slice(2), flags: process.execArgv, pid: process.pid }));
`;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lighthouse-launcher-'));
  await mkdir(join(home, 'package/dist/cli'), { recursive: true });
  await cp(LAUNCHER, join(home, 'package/dist/bin'), { recursive: true });
  await writeFile(join(home, 'package/dist/cli/main.js'), PROGRAM);
  await symlink(join(home, 'package/dist/bin/lighthouse.cjs'), join(home, 'command'));
});
afterAll(() => rm(home, { recursive: true }));

async function launch(engines: string, args: readonly string[], cache = join(home, 'cache')) {
  const manifest = { type: 'module', engines: { node: engines } };
  await writeFile(join(home, 'package/package.json'), JSON.stringify(manifest));
  const { PATH } = process.env;
  return spawnSync(process.execPath, [join(home, 'command'), ...args], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { PATH, XDG_CACHE_HOME: cache },
  });
}

describe('the launcher', () => {
  it('has no syntax that an old Node cannot read', async () => {
    const text = await readFile(join(LAUNCHER, 'lighthouse.cjs'), 'utf8');
    await transform(text, { target: 'es5' });
  });

  it('says in one sentence that Node is too old', async () => {
    const { status, stdout, stderr } = await launch('>=99.1', ['check', '-']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: this needs Node 99\.1 or newer, but runs on v\d.*\n$/);
  });

  it.each(['>=20', '>=20.1', '>=20.19.4'])(
    'takes this Node where %s is wanted',
    async (engines) => {
      expect((await launch(engines, [])).status).toBe(0);
    },
  );

  it('passes arguments on, by way of a link, from another directory', async () => {
    const { stdout } = await launch('>=20', ['pool', 'a b', '']);
    expect(JSON.parse(stdout)).toMatchObject({ args: ['pool', 'a b', ''], flags: [] });
  });

  it('gives checks a small heap without a process in between', async () => {
    const { stdout, pid } = await launch('>=20', ['check', 'a b', '']);
    const flags = ['--max-semi-space-size=8', '--heap-growing-percent=100'];
    expect(JSON.parse(stdout)).toEqual({ args: ['check', 'a b', ''], flags, pid });
  });

  it('keeps what V8 has compiled in a directory of its own', async () => {
    await launch('>=20', []);
    expect(await readdir(join(home, 'cache/proxy-lighthouse'))).not.toEqual([]);
  });

  it('does without where others may write', async () => {
    const open = join(home, 'open/proxy-lighthouse');
    await mkdir(open, { recursive: true });
    await chmod(open, 0o777);
    expect((await launch('>=20', [], join(home, 'open'))).status).toBe(0);
    expect(await readdir(open)).toEqual([]);
  });

  it('does without where no directory can be made', async () => {
    await writeFile(join(home, 'file'), '');
    expect((await launch('>=20', [], join(home, 'file'))).status).toBe(0);
  });
});
