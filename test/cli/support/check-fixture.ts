import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FleetProxy,
  findDeadPort,
  startHttpProxy,
  startSocks5Proxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';

/** Appears in no output of any command. */
export const CANARY = 'canary-4f1c9e';

/** A target, three proxies, a dead port and a list of them with every kind of line. */
export interface CheckFixture extends AsyncDisposable {
  readonly target: Target;
  readonly proxies: { readonly http: FleetProxy; readonly socks5: FleetProxy; slow: FleetProxy };
  readonly deadPort: number;
  /** Path of the list below. */
  readonly listPath: string;
  readonly list: string;
  readonly directory: string;
  writeList(name: string, content: string | Uint8Array): Promise<string>;
}

/**
 * The list: line 1 comment, 2 good HTTP, 3 its duplicate, 4 blank, 5 SOCKS5 with credentials,
 * 6 dead, 7 wrong credentials, 8 and 9 rejected.
 */
export async function startCheckFixture(): Promise<CheckFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-cli-'));
  const credentials = { username: 'ann', password: CANARY };
  const [target, http, socks5, slow, deadPort] = await Promise.all([
    startTarget(),
    startHttpProxy(),
    startSocks5Proxy({ credentials }),
    startHttpProxy({ behaviour: 'slow', delayMs: 400 }),
    findDeadPort(),
  ]);
  const list = [
    '# proxies',
    `127.0.0.1:${http.port}`,
    `http://127.0.0.1:${http.port}/`,
    '',
    `socks5://ann:${CANARY}@127.0.0.1:${socks5.port}`,
    `127.0.0.1:${deadPort}`,
    `socks5://ann:${CANARY}-wrong@127.0.0.1:${socks5.port}`,
    `ann:${CANARY}@127.0.0.1:99999`,
    `ftp://ann:${CANARY}@127.0.0.1:2121`,
    '',
  ].join('\n');
  const writeList = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };
  return {
    target,
    proxies: { http, socks5, slow },
    deadPort,
    list,
    listPath: await writeList('list.txt', list),
    directory,
    writeList,
    async [Symbol.asyncDispose]() {
      await Promise.all([target, http, socks5, slow].map((server) => server.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
