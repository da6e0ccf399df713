import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { constructName } from '../../../src/local/template/physical-names.ts';
import type { ResolvedTemplate } from '../../../src/local/template/resolved-template.ts';
import { LocalResourceType } from '../../../src/local/template/supported-resources.ts';

const queueSchema = z.object({
  VisibilityTimeout: z.number().optional(),
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })
    .optional(),
});

/** A queue of the stack. */
export interface StackQueue {
  readonly url: string;
  readonly arn: string;
}

/**
 * Creates the queues of a template on an SQS that, as AWS does, refuses a dead-letter queue that is
 * not there yet and an empty redrive policy.
 *
 * @returns the queues by construct
 */
export async function createStackQueues(
  template: ResolvedTemplate,
  sqs: SQSClient,
): Promise<Readonly<Record<string, StackQueue>>> {
  const queues = template.resources(LocalResourceType.queue, queueSchema);
  for (const { ref } of queues) {
    const QueueName = ref.slice(ref.lastIndexOf('/') + 1);
    await sqs.send(new CreateQueueCommand({ QueueName }));
  }
  for (const { ref: QueueUrl, properties } of queues) {
    const { VisibilityTimeout, RedrivePolicy } = properties;
    const Attributes = {
      ...(VisibilityTimeout !== undefined && { VisibilityTimeout: String(VisibilityTimeout) }),
      ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    };
    if (Object.keys(Attributes).length === 0) continue;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }
  return Object.fromEntries(
    queues.map((queue) => [constructName(queue), { url: queue.ref, arn: queue.arn }]),
  );
}
