import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createTestAuthority,
  type ServerCertificate,
} from '../../../src/local/fleet/certificates.ts';
import { Fixture } from './fixture.ts';
import { TARGET_HOST } from './job.ts';
import { compile } from './toolchain.ts';

interface ProxyPorts {
  readonly port: number;
  /** The port of proxies that refuse connections. */
  readonly refusing: number;
}

/** Everything the subjects run against. */
export interface Workbench extends AsyncDisposable {
  readonly directory: string;
  readonly caFile: string;
  /** The certificate of targets, for their name and for 127.0.0.1. */
  readonly certificate: ServerCertificate;
  readonly proxies: Fixture<ProxyPorts>;
  /** Executables that the bench compiles. */
  readonly prober: string;
  readonly meter: string;
}

/** Compiles what is needed, makes certificates and starts the proxies. */
export async function openWorkbench(): Promise<Workbench> {
  const [proxies, prober, meter] = await Promise.all([
    compile('proxies'),
    compile('prober'),
    compile('meter'),
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-bench-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const { files, certificate } = await writeCertificates(directory);
    const fixture = await Fixture.start<ProxyPorts>(proxies, [files.cert, files.key]);
    return {
      ...{ directory, caFile: files.ca, certificate, proxies: fixture, prober, meter },
      async [Symbol.asyncDispose]() {
        await fixture[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Writes an ECDSA P-256 certificate for the target, the kind that most servers have now. */
async function writeCertificates(directory: string) {
  const authority = await createTestAuthority();
  const certificate = await authority.issue({ names: [TARGET_HOST, '127.0.0.1'] });
  const files = { ca: '', cert: '', key: '' };
  const contents = { ca: authority.caPem, cert: certificate.certPem, key: certificate.keyPem };
  for (const name of ['ca', 'cert', 'key'] as const) {
    files[name] = join(directory, `${name}.pem`);
    await writeFile(files[name], contents[name]);
  }
  return { files, certificate };
}
