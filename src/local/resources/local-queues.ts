import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import {
  type ResolvedTemplate,
  type Resource,
  resourceProperties,
} from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';

/** The queue attributes the embedded SQS acts on; the template and the API name them alike. */
const ATTRIBUTES = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'MaximumMessageSize',
] as const;

/** AWS default, "Amazon SQS visibility timeout". */
const DEFAULT_VISIBILITY_SECONDS = 30;

const queueSchema = resourceProperties(
  {
    VisibilityTimeout: z.number().default(DEFAULT_VISIBILITY_SECONDS),
    MessageRetentionPeriod: z.number().optional(),
    DelaySeconds: z.number().optional(),
    ReceiveMessageWaitTimeSeconds: z.number().optional(),
    MaximumMessageSize: z.number().optional(),
    RedrivePolicy: z
      .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })
      .optional(),
  },
  [
    'KmsDataKeyReusePeriodSeconds',
    'KmsMasterKeyId',
    'QueueName',
    'RedriveAllowPolicy',
    'SqsManagedSseEnabled',
    'Tags',
  ],
);

type QueueResource = Resource<z.infer<typeof queueSchema>>;

/** One queue of the stack. */
export interface LocalQueue {
  readonly logicalId: string;
  readonly constructPath: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutMs: number;
}

/** Creates the stack's queues; those in a data directory take the template's settings. */
export async function createLocalQueues(
  template: ResolvedTemplate,
  sqs: SQSClient,
): Promise<readonly LocalQueue[]> {
  const queues = template.resources(LocalResourceType.queue, queueSchema);
  return Promise.all(
    queues.map(async (queue) => {
      await createQueue(sqs, queue);
      const { logicalId, constructPath, arn, ref, properties } = queue;
      const visibilityTimeoutMs = properties.VisibilityTimeout * 1000;
      return { logicalId, constructPath, arn, url: ref, visibilityTimeoutMs };
    }),
  );
}

async function createQueue(sqs: SQSClient, { ref, properties }: QueueResource): Promise<void> {
  const { RedrivePolicy } = properties;
  const attributes: Record<string, string> = Object.fromEntries(
    ATTRIBUTES.flatMap((name) => {
      const value = properties[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
  await sqs.send(new CreateQueueCommand({ QueueName: ref.slice(ref.lastIndexOf('/') + 1) }));
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: ref,
      Attributes: {
        ...attributes,
        RedrivePolicy: RedrivePolicy === undefined ? '' : JSON.stringify(RedrivePolicy),
      },
    }),
  );
}
