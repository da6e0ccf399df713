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
import { type LocalEndpoints, localOverrides } from '../../../src/local/overrides.ts';
import { createLocalTables } from '../../../src/local/resources/local-tables.ts';
import { synthesize } from '../../../src/local/synthesize.ts';
import { readCloudAssemblyStack } from '../../../src/local/template/cloud-assembly.ts';
import {
  constructName,
  LOCAL_REGION,
  namePhysicalResources,
} from '../../../src/local/template/physical-names.ts';
import { ResolvedTemplate } from '../../../src/local/template/resolved-template.ts';
import { type Emulator, startElasticMq, startMoto } from '../support/emulators.ts';
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
  const asked: AskedInvocation[] = [];
  const [endpoints, outDir] = await Promise.all([
    startEndpoints(starting, eventTypes, asked),
    synthesize({ outDir: directory }),
  ]);
  const stack = readCloudAssemblyStack(outDir, STACK);
  const names = namePhysicalResources(stack, endpoints.sqs);
  const template = new ResolvedTemplate(stack, names);
  const sqs = new SQSClient(clientOf(endpoints.sqs));
  starting.defer(() => sqs.destroy());
  const queues = await createStackQueues(template, sqs);
  const buses = stack.resources.filter(({ type }) => type === BUS);
  const busNames = buses.map(({ logicalId }) => names.refs.get(logicalId) ?? '');
  await createTablesAndBuses(template, endpoints, busNames);
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

/** A client's settings; a client writes into the object it is given. */
function clientOf(endpoint: string) {
  return { endpoint, region: LOCAL_REGION, credentials: { ...CREDENTIALS } };
}

async function startEndpoints(
  starting: AsyncDisposableStack,
  eventTypes: string[],
  asked: AskedInvocation[],
): Promise<LocalEndpoints> {
  const owned = <T extends Emulator>(emulator: T) => {
    starting.defer(() => emulator.stop());
    return emulator;
  };
  const [moto, elasticMq, lambda] = await Promise.all([
    startMoto().then((emulator) =>
      oneAtATime(emulator, (seen) => eventTypes.push(...eventTypesOf(seen))).then(owned),
    ),
    startElasticMq().then(owned),
    recordInvocations(asked),
  ]);
  starting.defer(() => lambda.close());
  return { dynamodb: moto.url, sqs: elasticMq.url, lambda: lambda.url, eventbridge: moto.url };
}

async function createTablesAndBuses(
  template: ResolvedTemplate,
  endpoints: LocalEndpoints,
  busNames: readonly string[],
): Promise<void> {
  const dynamodb = new DynamoDBClient(clientOf(endpoints.dynamodb));
  const eventBridge = new EventBridgeClient(clientOf(endpoints.eventbridge));
  try {
    await createLocalTables(template, dynamodb);
    for (const Name of busNames) await eventBridge.send(new CreateEventBusCommand({ Name }));
  } finally {
    dynamodb.destroy();
    eventBridge.destroy();
  }
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
function recordInvocations(asked: AskedInvocation[]): Promise<LoopbackServer> {
  return serveOnLoopback(CREDENTIALS, async (request) => {
    const body = await readBody(request, MAX_EVENT_BYTES);
    const type = String(request.headers['x-amz-invocation-type']);
    asked.push({ path: request.url ?? '', type, payload: JSON.parse(`${body}`) });
    return { status: 202 };
  });
}

function eventTypesOf({ operation, body }: SeenRequest): readonly string[] {
  if (operation !== 'PutEvents') return [];
  const { Entries } = body as { readonly Entries: readonly { readonly DetailType: string }[] };
  return Entries.map(({ DetailType }) => DetailType);
}

async function readScheduleInput(templatePath: string): Promise<string> {
  const { Resources } = JSON.parse(await readFile(templatePath, 'utf8'));
  const resources: { Type: string; Properties: { Target?: { Input?: string } } }[] =
    Object.values(Resources);
  const schedule = resources.find(({ Type }) => Type === 'AWS::Scheduler::Schedule');
  return schedule?.Properties.Target?.Input ?? '';
}
