import { z } from 'zod';

const seconds = (low: number, high: number) => z.int().min(low).max(high);

/** Lambda quotas: 128 MB to 10,240 MB. */
const memoryMb = z.int().min(128).max(10_240);

const checkerSchema = z
  .strictObject({
    memoryMb: memoryMb.default(512),
    timeoutSeconds: seconds(10, 900).default(60),
    recordsPerInvocation: z.int().min(1).max(10).default(8),
    maxConcurrency: z.int().min(2).max(1000).default(10),
    maxInFlight: z.int().min(1).max(800).default(256),
  })
  .prefault({});

const queueSchema = z
  .strictObject({
    visibilityTimeoutSeconds: seconds(0, 43_200).default(360),
    maxReceives: z.int().min(1).max(900).default(5),
    dlqRetentionDays: z.int().min(1).max(14).default(14),
  })
  .prefault({});

const fanOutSchema = z
  .strictObject({
    memoryMb: memoryMb.default(512),
    timeoutSeconds: seconds(10, 900).default(60),
    scheduleEnabled: z.boolean().default(true),
  })
  .prefault({});

const apiSchema = z
  .strictObject({
    memoryMb: memoryMb.default(1024),
    timeoutSeconds: seconds(3, 900).default(29),
    requestsPerSecond: z.int().min(1).max(10_000).default(50),
    burstRequests: z.int().min(1).max(5_000).default(100),
  })
  .prefault({});

const alarmsSchema = z
  .strictObject({
    runbookUrl: z.string().min(1).default('docs/runbook.md'),
    topicArn: z
      .string()
      .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/, 'must be the ARN of an SNS topic')
      .nullable()
      .default(null),
  })
  .prefault({});

export const settingsSchema = z.strictObject({
  checker: checkerSchema,
  queue: queueSchema,
  fanOut: fanOutSchema,
  api: apiSchema,
  alarms: alarmsSchema,
  logRetentionDays: z.int().default(30),
  dataRemoval: z.enum(['retain', 'destroy']).default('retain'),
  deletionProtection: z.boolean().default(false),
});

/** The function that probes: one invocation takes several batches. */
export interface CheckerSettings {
  /** Memory, MB, 128 to 10,240; CPU comes with it. @default 512 */
  readonly memoryMb: number;
  /** Timeout, seconds, 10 to 900. @default 60 */
  readonly timeoutSeconds: number;
  /** The most batches one invocation takes, 1 to 10. @default 8 */
  readonly recordsPerInvocation: number;
  /** Checkers that run at once, 2 to 1,000: the event source's maximum concurrency. @default 10 */
  readonly maxConcurrency: number;
  /** Probes one checker holds in flight, 1 to 800 of Lambda's 1,024 descriptors. @default 256 */
  readonly maxInFlight: number;
}

/** The queue of batches and its dead-letter queue. */
export interface QueueSettings {
  /** Seconds a received message stays hidden, at least 6 checker timeouts. @default 360 */
  readonly visibilityTimeoutSeconds: number;
  /** Failed receives before a message goes to the dead-letter queue, 5 to 900. @default 5 */
  readonly maxReceives: number;
  /** Days the dead-letter queue keeps a message, 1 to 14. @default 14 */
  readonly dlqRetentionDays: number;
}

/** The function that starts sweeps and sends their batches. */
interface FanOutSettings {
  /** Memory, MB, 128 to 10,240. @default 512 */
  readonly memoryMb: number;
  /** Timeout, seconds, 10 to 900. @default 60 */
  readonly timeoutSeconds: number;
  /** Whether the minute's tick runs; without it sweeps start only by hand. @default true */
  readonly scheduleEnabled: boolean;
}

/** The HTTP API and its function. */
export interface ApiSettings {
  /** Memory, MB, 128 to 10,240. @default 1024 */
  readonly memoryMb: number;
  /** Timeout, seconds, 3 to 29, since an HTTP API waits for 30. @default 29 */
  readonly timeoutSeconds: number;
  /** Requests a second the API admits, 1 to 10,000. @default 50 */
  readonly requestsPerSecond: number;
  /** Requests it admits in a burst, 1 to 5,000. @default 100 */
  readonly burstRequests: number;
}

/** The alarms of the stack. */
export interface AlarmSettings {
  /** The URL or path of the runbook; each alarm links its entry. @default 'docs/runbook.md' */
  readonly runbookUrl: string;
  /** The ARN of the SNS topic that receives the alarms; null for none. @default null */
  readonly topicArn: string | null;
}

/** All settings of the stack: `lighthouse` in cdk.json's context, or `LighthouseStackProps`. */
export interface LighthouseSettings {
  readonly checker: CheckerSettings;
  readonly queue: QueueSettings;
  readonly fanOut: FanOutSettings;
  readonly api: ApiSettings;
  readonly alarms: AlarmSettings;
  /** Days for which logs are kept; a period that CloudWatch Logs offers. @default 30 */
  readonly logRetentionDays: number;
  /** What happens to the tables when the stack is deleted. @default 'retain' */
  readonly dataRemoval: 'retain' | 'destroy';
  /** Whether the tables cannot be deleted until this is off again. @default false */
  readonly deletionProtection: boolean;
}

/** The settings as a user writes them: everything may be left out. */
export type LighthouseSettingsInput = z.input<typeof settingsSchema>;
