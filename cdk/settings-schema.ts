import { Token } from 'aws-cdk-lib';
import { z } from 'zod';

/** A group of settings; its error names those there are. */
function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has no setting ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}; there are ${known}`
        : `must be an object with some of ${known}`,
  });
}

function whole(low: number, high: number) {
  const error = `must be a whole number from ${low} to ${high}`;
  return z.int(error).min(low, error).max(high, error);
}

function oneOf<const Values extends readonly string[]>(...values: Values) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}

/** A text of a form; a value that CloudFormation fills in later may have any. */
function matching(pattern: RegExp, what: string) {
  const error = `must be ${what}`;
  return z.string(error).refine((text) => Token.isUnresolved(text) || pattern.test(text), error);
}

const toggle = z.boolean('must be true or false');
/** Lambda quotas: 128 MB to 10,240 MB. */
const memoryMb = whole(128, 10_240);

const checkerSchema = group({
  memoryMb: memoryMb.default(512),
  timeoutSeconds: whole(10, 900).default(60),
  recordsPerInvocation: whole(1, 10).default(8),
  maxConcurrency: whole(2, 1000).default(5),
  maxInFlight: whole(1, 800).default(256),
  maxInFlightPerHost: whole(1, 800).default(32),
});

const queueSchema = group({
  visibilityTimeoutSeconds: whole(0, 43_200).default(360),
  maxReceives: whole(1, 900).default(5),
  dlqRetentionDays: whole(1, 14).default(14),
});

const fanOutSchema = group({
  memoryMb: memoryMb.default(512),
  timeoutSeconds: whole(10, 900).default(60),
  scheduleEnabled: toggle.default(true),
});

const apiSchema = group({
  memoryMb: memoryMb.default(1024),
  timeoutSeconds: whole(3, 900).default(29),
  requestsPerSecond: whole(1, 10_000).default(50),
  burstRequests: whole(1, 5_000).default(100),
});

const topicArn = matching(/^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/, 'the ARN of an SNS topic');

const alarmsSchema = group({
  runbookUrl: z.string('must be a URL or a path').min(1).default('docs/runbook.md'),
  topicArn: topicArn.nullable().default(null),
  oldestBatchMinutes: whole(1, 1440).default(30),
});

/** A range whose /24 subnets are the most that two zones with two kinds of subnets need. */
const IPV4_RANGE = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4}\/(?:1[6-9]|2[0-4])$/;

const fixedEgressSchema = group({
  kind: z.literal('fixedEgress'),
  natGateways: whole(1, 2).default(1),
  cidr: matching(IPV4_RANGE, 'an IPv4 range from /16 to /24 such as 10.0.0.0/16').default(
    '10.0.0.0/16',
  ),
});

function ids(prefix: string, most: number) {
  const what = `a list of 1 to ${most} ids such as ${prefix}-0123456789abcdef0`;
  const id = matching(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `an id such as ${prefix}-…`);
  return z.array(id, `must be ${what}`).min(1, `must be ${what}`).max(most, `must be ${what}`);
}

/** Lambda quotas: 16 subnets and 5 security groups a function. */
const subnetsSchema = group({
  kind: z.literal('subnets'),
  vpcId: matching(/^vpc-[0-9a-f]{8,17}$/, 'an id such as vpc-0123456789abcdef0'),
  subnetIds: ids('subnet', 16),
  securityGroupIds: ids('sg', 5),
});

const KINDS = 'must be { kind: "fixedEgress" } or { vpcId, subnetIds, securityGroupIds }';

const networkSchema = z.preprocess(
  (network) =>
    typeof network === 'object' && network !== null && 'vpcId' in network && !('kind' in network)
      ? { kind: 'subnets', ...network }
      : network,
  z.discriminatedUnion('kind', [fixedEgressSchema, subnetsSchema], { error: KINDS }).nullable(),
);

const tagValue = z
  .union([z.string(), z.number(), z.boolean()], 'must be text')
  .transform(String)
  .pipe(z.string().max(256, 'must have at most 256 characters'));
/** CloudFormation: at most 50 tags, keys of 1 to 128 characters that do not begin with `aws:`. */
const tagsSchema = z
  .record(z.string().regex(/^(?!aws:).{1,128}$/), tagValue, {
    error: (issue) =>
      issue.code === 'invalid_key'
        ? 'has 1 to 128 characters in each key, and no key that begins with aws:'
        : 'must be an object of texts',
  })
  .refine((tags) => Object.keys(tags).length <= 50, 'must have at most 50 keys');

const KEY_ARN = /^arn:[^:]+:kms:[^:]+:\d{12}:key\/[\w-]+$/;
const POLICY_ARN = /^arn:[^:]+:iam::(?:\d{12}|aws):policy\/.+$/;
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

export const settingsSchema = group({
  stackName: matching(
    STACK_NAME,
    'letters, digits and hyphens that begin with a letter, at most 128',
  )
    .nullable()
    .default(null),
  checker: checkerSchema.prefault({}),
  queue: queueSchema.prefault({}),
  fanOut: fanOutSchema.prefault({}),
  api: apiSchema.prefault({}),
  alarms: alarmsSchema.prefault({}),
  network: networkSchema.default(null),
  kmsKeyArn: matching(KEY_ARN, 'the ARN of a KMS key, not of an alias').nullable().default(null),
  logLevel: oneOf('DEBUG', 'INFO', 'WARN', 'ERROR').default('INFO'),
  logFormat: oneOf('text', 'json').default('text'),
  logRetentionDays: z.int('must be a whole number').default(30),
  tracing: toggle.default(false),
  architecture: oneOf('arm64', 'x86_64').default('arm64'),
  dashboard: toggle.default(true),
  tags: tagsSchema.default({}),
  permissionsBoundaryArn: matching(POLICY_ARN, 'the ARN of a managed IAM policy')
    .nullable()
    .default(null),
  dataRemoval: oneOf('retain', 'destroy').default('retain'),
  deletionProtection: toggle.default(false),
});

/** The settings as a user writes them: everything may be left out. */
export type LighthouseSettingsInput = z.input<typeof settingsSchema>;
