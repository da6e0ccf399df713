import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDeadPort, LOOPBACK } from '../../../src/local/fleet/index.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../../src/local/template/physical-names.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { ELASTIC_MQ, PYTHON_TOOLS } from '../tools/tools.ts';

/** A server of the suite, on loopback. */
export interface Emulator {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts moto, which emulates AWS in Python and shares no code with the embedded services. */
export async function startMoto(): Promise<Emulator> {
  const port = await findDeadPort();
  const server = await ServerProcess.start({
    command: join(PYTHON_TOOLS.directory, 'bin', 'python'),
    args: ['-m', 'moto.server', '-H', LOOPBACK, '-p', String(port)],
    env: { MOTO_ACCOUNT_ID: LOCAL_ACCOUNT },
    host: LOOPBACK,
    ports: [port],
  });
  return { url: `http://${LOOPBACK}:${port}`, stop: () => server.stop() };
}

/** Starts ElasticMQ, which emulates SQS on a JVM, with AWS's limits. */
export async function startElasticMq(): Promise<Emulator> {
  const port = await findDeadPort();
  const directory = mkdtempSync(join(tmpdir(), 'elasticmq-'));
  const file = join(directory, 'elasticmq.conf');
  writeFileSync(file, elasticMqSettings(port));
  const classPath = join(ELASTIC_MQ.directory, 'lib', '*');
  const server = await ServerProcess.start({
    command: 'java',
    args: ['-Xmx256m', `-Dconfig.file=${file}`, '-cp', classPath, 'org.elasticmq.server.Main'],
    host: LOOPBACK,
    ports: [port],
  });
  return {
    url: `http://${LOOPBACK}:${port}`,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** ElasticMQ reads HOCON, of which JSON is a part. */
function elasticMqSettings(port: number): string {
  return JSON.stringify({
    'node-address': { protocol: 'http', host: LOOPBACK, port, 'context-path': '' },
    'rest-sqs': {
      enabled: true,
      'bind-hostname': LOOPBACK,
      'bind-port': port,
      'sqs-limits': 'strict',
    },
    'rest-stats': { enabled: false },
    aws: { region: LOCAL_REGION, accountId: LOCAL_ACCOUNT },
  });
}
