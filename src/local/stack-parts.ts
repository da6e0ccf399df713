import type { Clock } from '../clock.ts';
import { createLocalCredentials, type LocalCredentials } from './credentials.ts';
import { startEventBus } from './event-bus/start-event-bus.ts';
import { readSqsEventSources } from './events/event-source-settings.ts';
import { LocalSchedule } from './events/local-schedule.ts';
import { readSchedules } from './events/schedule-settings.ts';
import { startEventSources } from './events/start-event-sources.ts';
import { AsyncInvocations } from './functions/async-invocations.ts';
import { readAsyncInvokeSettings } from './functions/async-invoke-settings.ts';
import { readFunctionSettings } from './functions/function-settings.ts';
import { serveInvokeApi } from './functions/invoke-api.ts';
import { readHttpApi } from './http-api/http-api-settings.ts';
import { serveHttpApi } from './http-api/local-http-api.ts';
import { type LocalFunctionStatistics, LocalFunctions } from './local-functions.ts';
import { type LocalServices, startLocalServices } from './local-stack-services.ts';
import { type LocalEndpoints, localOverrides } from './overrides.ts';
import { makeDataDirectoryPrivate } from './private-files.ts';
import { createLocalQueues, type LocalQueue } from './resources/local-queues.ts';
import { createLocalTables } from './resources/local-tables.ts';
import { TtlSweeper } from './resources/ttl-sweeper.ts';
import { type CloudAssemblyStack, readCloudAssemblyStack } from './template/cloud-assembly.ts';
import {
  constructName,
  type NamedByConstruct,
  namePhysicalResources,
} from './template/physical-names.ts';
import { ResolvedTemplate } from './template/resolved-template.ts';
import { assertResourcesSupported } from './template/supported-resources.ts';

export interface StackPartsOptions {
  readonly outDir: string;
  readonly stackName: string;
  readonly dataDir: string | undefined;
  readonly apiPort: number;
  readonly log: (line: string) => void;
  readonly functionEndpoints: (real: LocalEndpoints) => Promise<LocalEndpoints>;
  readonly asyncRetryDelaysMs: readonly number[];
  readonly clock: Clock;
}

/** The running parts of a stack, and what is known about them. */
export interface StackParts {
  readonly apiUrl: string;
  readonly endpoints: LocalEndpoints;
  readonly credentials: LocalCredentials;
  readonly tableNames: Readonly<Record<string, string>>;
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly functionStatistics: () => Readonly<Record<string, LocalFunctionStatistics>>;
  readonly schedules: ReadonlyMap<string, LocalSchedule>;
  readonly sweepExpired: () => Promise<void>;
  readonly failed: Promise<Error>;
}

/** What every part needs to start, and the resources it ends with. */
interface Base {
  readonly resources: AsyncDisposableStack;
  readonly options: StackPartsOptions;
  readonly stack: CloudAssemblyStack;
  readonly credentials: LocalCredentials;
  readonly services: LocalServices;
  readonly template: ResolvedTemplate;
}

/** The functions and what invokes them. */
interface Compute {
  readonly functions: LocalFunctions;
  readonly asyncInvocations: AsyncInvocations;
  readonly endpoints: LocalEndpoints;
  /** Ends after the functions and before the services. */
  readonly beforeServicesEnd: AsyncDisposableStack;
}

/** Starts the parts of a stack one after another; disposing `resources` ends them in reverse. */
export async function startStackParts(
  resources: AsyncDisposableStack,
  options: StackPartsOptions,
): Promise<StackParts> {
  const { clock, log } = options;
  const stack = readCloudAssemblyStack(options.outDir, options.stackName);
  assertResourcesSupported(stack.resources);
  const { dataDir } = options;
  if (dataDir !== undefined) await makeDataDirectoryPrivate(dataDir);
  const credentials = createLocalCredentials();
  const services = await startLocalServices(resources, dataDir, credentials);
  const template = resolve(stack, services.sqsUrl);
  const [tables, queues] = await Promise.all([
    createLocalTables(template, services.dynamodb),
    createLocalQueues(template, services.sqs),
  ]);
  const base: Base = { resources, options, stack, credentials, services, template };
  const compute = await startFunctions(base);
  const { functions, endpoints } = compute;
  connectQueues(base, compute, queues);
  const schedules = startSchedules(base, compute);
  const sweeper = new TtlSweeper(tables, { dynamodb: services.dynamodb, clock, log });
  resources.defer(() => sweeper.stop());
  return {
    apiUrl: await startHttpApi(base, functions),
    endpoints,
    credentials,
    tableNames: byConstruct(tables, (table) => table.name),
    queueUrls: byConstruct(queues, (queue) => queue.url),
    functionStatistics: () => byConstruct(functions.statistics(), (each) => each),
    schedules,
    sweepExpired: () => sweeper.sweep(),
    failed: services.failed,
  };
}

async function startFunctions(base: Base): Promise<Compute> {
  const { resources, options, stack, credentials, services, template } = base;
  const { accessKeyId } = credentials;
  const { log, clock, asyncRetryDelaysMs: retryDelaysMs } = options;
  const beforeServicesEnd = resources.use(new AsyncDisposableStack());
  const asyncInvocations = new AsyncInvocations({
    settings: readAsyncInvokeSettings(template),
    retryDelaysMs,
    clock,
    log,
  });
  let functions: LocalFunctions | undefined;
  const findFunction = (name: string) => functions?.find(name);
  const invokeApi = await serveInvokeApi({ findFunction, asyncInvocations, accessKeyId });
  resources.defer(() => invokeApi.close());
  const endpoints: LocalEndpoints = {
    dynamodb: services.dynamodbUrl,
    sqs: services.sqsUrl,
    lambda: invokeApi.url,
    eventbridge: await startEventBus(resources, template, { ...options, accessKeyId }),
  };
  const seen = await options.functionEndpoints(endpoints);
  const overrides = localOverrides(seen, credentials);
  const settings = readFunctionSettings(resolve(stack, seen.sqs), stack, overrides);
  const started = new LocalFunctions(settings, { clock, log });
  functions = started;
  resources.defer(() => started.stop());
  resources.defer(() => asyncInvocations.stop());
  return { functions: started, asyncInvocations, endpoints, beforeServicesEnd };
}

function connectQueues(
  { resources, options, services, template }: Base,
  { functions, beforeServicesEnd }: Compute,
  queues: readonly LocalQueue[],
): void {
  const { sqs } = services;
  const dependencies = { queues, functions, sqs, log: options.log };
  for (const source of startEventSources(readSqsEventSources(template), dependencies)) {
    beforeServicesEnd.defer(() => source.drained());
    resources.defer(() => source.stop());
  }
}

function startSchedules(
  { resources, options, template }: Base,
  { functions, asyncInvocations }: Compute,
): ReadonlyMap<string, LocalSchedule> {
  const { clock } = options;
  const schedules = new Map(
    readSchedules(template).map((settings) => {
      const target = functions.get(settings.functionArn);
      const schedule = new LocalSchedule(settings, { target, asyncInvocations, clock });
      return [constructName(settings), schedule];
    }),
  );
  for (const schedule of schedules.values()) resources.defer(() => schedule.stop());
  return schedules;
}

async function startHttpApi(
  { resources, options, credentials, template }: Base,
  functions: LocalFunctions,
): Promise<string> {
  const settings = readHttpApi(template);
  if (settings === null) return '';
  const findFunction = (arn: string) => functions.find(arn);
  const { clock, apiPort: port } = options;
  const { accessKeyId } = credentials;
  const server = await serveHttpApi({ settings, findFunction, clock, port, accessKeyId });
  resources.defer(() => server.close());
  return server.url;
}

function resolve(stack: CloudAssemblyStack, sqsUrl: string): ResolvedTemplate {
  return new ResolvedTemplate(stack, namePhysicalResources(stack, sqsUrl));
}

function byConstruct<T extends NamedByConstruct, V>(
  parts: readonly T[],
  valueOf: (part: T) => V,
): Readonly<Record<string, V>> {
  return Object.fromEntries(parts.map((part) => [constructName(part), valueOf(part)]));
}
