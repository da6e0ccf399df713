import * as z from 'zod';
import { type ResolvedTemplate, resourceProperties } from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';

const eventSourceMappingSchema = resourceProperties(
  {
    EventSourceArn: z.string(),
    FunctionName: z.string(),
    /** Above 10 AWS requires a batching window; one receive brings at most 10. */
    BatchSize: z.number().min(1).max(10, 'more than 10 is not supported').default(10),
    /** AWS: "CreateEventSourceMapping". */
    MaximumBatchingWindowInSeconds: z.int().min(0).max(300).default(0),
    Enabled: z.boolean().default(true),
    FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
    ScalingConfig: z.strictObject({ MaximumConcurrency: z.number().min(2) }).optional(),
  },
  ['Tags'],
);

/** A queue that feeds a function. */
export interface SqsEventSourceSettings {
  readonly logicalId: string;
  readonly queueArn: string;
  /** The function's name or ARN. */
  readonly functionName: string;
  /** The most records per invocation, 1 to 10. */
  readonly batchSize: number;
  /** How long records are collected before an invocation with fewer than the most, seconds. */
  readonly batchingWindowSeconds: number;
  /** Whether the function's answer names the records that failed; the others are then done. */
  readonly reportsBatchItemFailures: boolean;
  /** The most invocations at once. */
  readonly maximumConcurrency: number;
  readonly enabled: boolean;
}

/** Reads the stack's event source mappings. */
export function readSqsEventSources(template: ResolvedTemplate): readonly SqsEventSourceSettings[] {
  return template
    .resources(LocalResourceType.eventSourceMapping, eventSourceMappingSchema)
    .map(({ logicalId, properties }) => ({
      logicalId,
      queueArn: properties.EventSourceArn,
      functionName: properties.FunctionName,
      batchSize: properties.BatchSize,
      batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
      reportsBatchItemFailures: properties.FunctionResponseTypes.length > 0,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? Number.POSITIVE_INFINITY,
      enabled: properties.Enabled,
    }));
}
