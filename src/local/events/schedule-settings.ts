import * as z from 'zod';
import { LocalStackError } from '../../errors.ts';
import { type ResolvedTemplate, resourceProperties } from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';

const scheduleSchema = resourceProperties(
  {
    ScheduleExpression: z.string(),
    FlexibleTimeWindow: z.object({ Mode: z.literal('OFF') }),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    Target: z.strictObject({
      Arn: z.string(),
      Input: z.string().default('{}'),
      RoleArn: z.unknown(),
      /** Applies to delivery, which cannot fail here; Lambda retries the function itself. */
      RetryPolicy: z.unknown().optional(),
      DeadLetterConfig: z.unknown().optional(),
    }),
  },
  ['Description', 'GroupName', 'Name', 'ScheduleExpressionTimezone'],
);

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** A function and the interval at which it is invoked. */
export interface ScheduleSettings {
  readonly logicalId: string;
  readonly constructPath: string;
  readonly intervalMs: number;
  readonly functionArn: string;
  /** The event; it may contain Scheduler's context attributes (`<aws.scheduler.…>`). */
  readonly input: string;
  readonly enabled: boolean;
}

/**
 * Reads the stack's schedules.
 * @throws {LocalStackError} when an expression is not `rate(…)`
 */
export function readSchedules(template: ResolvedTemplate): readonly ScheduleSettings[] {
  return template
    .resources(LocalResourceType.schedule, scheduleSchema)
    .map(({ logicalId, constructPath, properties }) => ({
      logicalId,
      constructPath,
      intervalMs: intervalOf(logicalId, properties.ScheduleExpression),
      functionArn: properties.Target.Arn,
      input: properties.Target.Input,
      enabled: properties.State === 'ENABLED',
    }));
}

function intervalOf(logicalId: string, expression: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw new LocalStackError(
    `${logicalId} runs at ${expression}; the local stack knows only rate(n minutes|hours|days)`,
  );
}
