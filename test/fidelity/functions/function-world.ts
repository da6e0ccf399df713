import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import {
  type FunctionSettings,
  readFunctionSettings,
} from '../../../src/local/functions/function-settings.ts';
import { type LoopbackServer, readBody, serveOnLoopback } from '../../../src/local/http-server.ts';
import { localOverrides } from '../../../src/local/overrides.ts';
import { createLocalTables } from '../../../src/local/resources/local-tables.ts';
import { synthesize } from '../../../src/local/synthesize.ts';
import { readCloudAssemblyStack } from '../../../src/local/template/cloud-assembly.ts';
import {
  constructName,
  LOCAL_REGION,
  namePhysicalResources,
} from '../../../src/local/template/physical-names.ts';
import { ResolvedTemplate } from '../../../src/local/template/resolved-template.ts';
import { startElasticMq, startMoto } from '../support/emulators.ts';
import { oneAtATime, type SeenRequest } from '../support/one-at-a-time.ts';
import { LambdaFunction } from './runtime-client.ts';
import { createStackQueues, type StackQueue } from './stack-queues.ts';

const STACK = 'Lighthouse';
const BUS = 'AWS::Events::EventBus';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
/** AWS: "Quotas" of Lambda, the payload of an asynchronous invocation. */
const MAX_EVENT_BYTES = 1024 * 1024;

/** An asynchronous invocation that a function has asked for. */
interface AskedInvocation {
  readonly path: string;
  readonly type: string;
  readonly payload: unknown;
}

/** The synthesized stack's tables on moto, its queues on ElasticMQ, and its functions' bundles. */
export interface FunctionWorld extends AsyncDisposable {
  readonly sqs: SQSClient;
  readonly queues: Readonly<Record<string, StackQueue>>;
  /** What functions asked of Lambda; Lambda itself is not there. */
  readonly asked: readonly AskedInvocation[];
  /** The detail types of the events that were put on the bus. */
  readonly eventTypes: readonly string[];
  /** The `Input` of the template's schedule. */
  readonly scheduleInput: string;
  /**
   * Starts a function by its construct (`api`, `checker`, `fanOut`).
   *
   * @param environment in place of variables of the template; null leaves one out
   */
  start(
    name: string,
    environment?: Readonly<Record<string, string | null>>,
  ): Promise<LambdaFunction>;
}

/** Synthesizes the stack and sets up what its functions need. */
export async function startFunctionWorld(): Promise<FunctionWorld> {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-functions-'));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const eventTypes: string[] = [];
  const [moto, elasticMq, outDir] = await Promise.all([
    startMoto().then((emulator) => oneAtATime(emulator, collectEventTypes(eventTypes))),
    startElasticMq(),
    synthesize({ outDir: directory }),
  ]);
  for (const { stop } of [moto, elasticMq]) starting.defer(stop);
  const { server, asked } = await recordInvocations();
  starting.defer(() => server.close());
  const stack = readCloudAssemblyStack(outDir, STACK);
  const names = namePhysicalResources(stack, elasticMq.url);
  const template = new ResolvedTemplate(stack, names);
  const common = { region: LOCAL_REGION, credentials: { ...CREDENTIALS } };
  const sqs = new SQSClient({ ...common, endpoint: elasticMq.url });
  starting.defer(() => sqs.destroy());
  const queues = await createStackQueues(template, sqs);
  const dynamodb = new DynamoDBClient({ ...common, endpoint: moto.url });
  await createLocalTables(template, dynamodb);
  dynamodb.destroy();
  const buses = new EventBridgeClient({ ...common, endpoint: moto.url });
  for (const { logicalId } of stack.resources.filter(({ type }) => type === BUS)) {
    await buses.send(new CreateEventBusCommand({ Name: names.refs.get(logicalId) }));
  }
  buses.destroy();
  const endpoints = {
    dynamodb: moto.url,
    sqs: elasticMq.url,
    lambda: server.url,
    eventbridge: moto.url,
  };
  const functions = readFunctionSettings(template, stack, localOverrides(endpoints, CREDENTIALS));
  const scheduleInput = await readScheduleInput(join(outDir, `${STACK}.template.json`));
  const all = starting.move();
  return {
    sqs,
    queues,
    asked,
    eventTypes,
    scheduleInput,
    start: (name, environment = {}) =>
      LambdaFunction.start(settingsOf(functions, name, environment)),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function settingsOf(
  functions: readonly FunctionSettings[],
  name: string,
  changes: Readonly<Record<string, string | null>>,
): FunctionSettings {
  const found = functions.find((each) => constructName(each) === name);
  if (found === undefined) throw new Error(`the stack has no function ${name}`);
  const changed = Object.entries({ ...found.environment, ...changes });
  const environment = Object.fromEntries(
    changed.filter((entry): entry is [string, string] => entry[1] !== null),
  );
  return { ...found, environment };
}

/** Takes every asynchronous invocation, as Lambda does, and runs none. */
async function recordInvocations(): Promise<{
  readonly server: LoopbackServer;
  readonly asked: AskedInvocation[];
}> {
  const asked: AskedInvocation[] = [];
  const server = await serveOnLoopback(CREDENTIALS, async (request) => {
    const body = await readBody(request, MAX_EVENT_BYTES);
    const type = String(request.headers['x-amz-invocation-type']);
    asked.push({ path: request.url ?? '', type, payload: JSON.parse(`${body}`) });
    return { status: 202 };
  });
  return { server, asked };
}

function collectEventTypes(eventTypes: string[]) {
  return ({ operation, body }: SeenRequest): void => {
    if (operation !== 'PutEvents') return;
    const { Entries } = body as { readonly Entries: readonly { readonly DetailType: string }[] };
    eventTypes.push(...Entries.map(({ DetailType }) => DetailType));
  };
}

async function readScheduleInput(templatePath: string): Promise<string> {
  const { Resources } = JSON.parse(await readFile(templatePath, 'utf8'));
  const resources: { Type: string; Properties: { Target?: { Input?: string } } }[] =
    Object.values(Resources);
  const schedule = resources.find(({ Type }) => Type === 'AWS::Scheduler::Schedule');
  return schedule?.Properties.Target?.Input ?? '';
}
