import type { SQSClient } from '@aws-sdk/client-sqs';
import { LocalStackError } from '../../errors.ts';
import type { LocalFunctions } from '../local-functions.ts';
import type { LocalQueue } from '../resources/local-queues.ts';
import type { SqsEventSourceSettings } from './event-source-settings.ts';
import { SqsEventSource } from './sqs-event-source.ts';

/**
 * Connects queues to functions.
 * @throws {LocalStackError} when CloudFormation would refuse too: a source is not a queue of the
 * stack, or its messages reappear before their function's time is up
 */
export function startEventSources(
  sources: readonly SqsEventSourceSettings[],
  dependencies: {
    readonly queues: readonly LocalQueue[];
    readonly functions: LocalFunctions;
    readonly sqs: SQSClient;
    readonly log: (line: string) => void;
  },
): readonly SqsEventSource[] {
  const { queues, functions, sqs, log } = dependencies;
  const wirings = sources.map((settings) => {
    const queue = queues.find(({ arn }) => arn === settings.queueArn);
    if (queue === undefined) {
      throw new LocalStackError(
        `${settings.logicalId} reads ${settings.queueArn}, which is not a local queue`,
      );
    }
    const target = functions.get(settings.functionName);
    const { name, timeoutMs } = target.settings;
    if (queue.visibilityTimeoutMs < timeoutMs) {
      throw new LocalStackError(
        `${settings.logicalId}: the queue's visibility timeout of ${queue.visibilityTimeoutMs / 1000} s is less than the timeout of ${name}, ${timeoutMs / 1000} s`,
      );
    }
    return { settings, dependencies: { sqs, queueUrl: queue.url, target, log } };
  });
  return wirings.map((wiring) => new SqsEventSource(wiring.settings, wiring.dependencies));
}
