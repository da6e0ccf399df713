/** The function that probes: one invocation takes several batches. */
export interface CheckerSettings {
  /** Memory, MB, 128 to 10,240; CPU comes with it. @default 512 */
  readonly memoryMb: number;
  /** Timeout, seconds, 10 to 900. @default 60 */
  readonly timeoutSeconds: number;
  /** The most batches one invocation takes, 1 to 10. @default 8 */
  readonly recordsPerInvocation: number;
  /**
   * Checkers that run at once, 2 to 1,000: the event source's maximum concurrency. Many new
   * accounts have 10 concurrent executions in all. @default 5
   */
  readonly maxConcurrency: number;
  /** Probes one checker holds in flight, 1 to 800 of Lambda's 1,024 descriptors. @default 256 */
  readonly maxInFlight: number;
  /** Probes one checker holds in flight on one proxy host, 1 to 800. @default 32 */
  readonly maxInFlightPerHost: number;
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
export interface FanOutSettings {
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
  /** Minutes that the oldest batch may wait, 1 to 1,440, before an alarm. @default 30 */
  readonly oldestBatchMinutes: number;
}

/**
 * A VPC of its own for the checker, whose probes leave through NAT gateways with fixed addresses
 * (output `EgressAddresses`), for providers that allow-list addresses. In us-east-1 each NAT
 * gateway costs about $33 a month and $0.045 a GB, and its address $3.65 a month.
 */
export interface FixedEgressSettings {
  readonly kind: 'fixedEgress';
  /** NAT gateways, each with an address and in a zone of its own, 1 or 2. @default 1 */
  readonly natGateways: number;
  /** The VPC's range of addresses, /16 to /24. @default '10.0.0.0/16' */
  readonly cidr: string;
}

/**
 * Subnets that exist, for the checker. They need a way to the internet (NAT) for its probes, and
 * the same or endpoints for DynamoDB, SQS and EventBridge.
 */
export interface SubnetsSettings {
  /** @default 'subnets' when there is a vpcId */
  readonly kind: 'subnets';
  readonly vpcId: string;
  /** 1 to 16 subnets, best in several zones. */
  readonly subnetIds: readonly string[];
  /** 1 to 5 security groups, which allow outgoing connections. */
  readonly securityGroupIds: readonly string[];
}

/** All settings: `lighthouse` in cdk.json's context, `LighthouseStackProps` or `LighthouseProps`. */
export interface LighthouseSettings {
  /** The name of the stack; null for its id, `Lighthouse` in the app of this package. @default null */
  readonly stackName: string | null;
  readonly checker: CheckerSettings;
  readonly queue: QueueSettings;
  readonly fanOut: FanOutSettings;
  readonly api: ApiSettings;
  readonly alarms: AlarmSettings;
  /** Where the checker runs; null for Lambda's own network and its changing addresses. @default null */
  readonly network: FixedEgressSettings | SubnetsSettings | null;
  /**
   * Encrypts tables, queues and logs; null for keys that AWS manages. The roles get the use of it;
   * its own policy must let them, and CloudWatch Logs (docs/construct.md). @default null
   */
  readonly kmsKeyArn: string | null;
  /** The least severe lines that functions log. @default 'INFO' */
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** The form of the lines Lambda itself logs; the functions' own are JSON. @default 'text' */
  readonly logFormat: 'text' | 'json';
  /** Days for which logs are kept; a period that CloudWatch Logs offers. @default 30 */
  readonly logRetentionDays: number;
  /** Whether X-Ray traces the functions. @default false */
  readonly tracing: boolean;
  /** The processors of the functions. @default 'arm64' */
  readonly architecture: 'arm64' | 'x86_64';
  /** Whether there is a dashboard; an account's first three are free. @default true */
  readonly dashboard: boolean;
  /** Tags of every resource that can have some, at most 50. @default none */
  readonly tags: Readonly<Record<string, string>>;
  /** The ARN of the managed policy that bounds every role; null for none. @default null */
  readonly permissionsBoundaryArn: string | null;
  /** What happens to the tables when the stack is deleted. @default 'retain' */
  readonly dataRemoval: 'retain' | 'destroy';
  /** Whether the tables cannot be deleted until this is off again. @default false */
  readonly deletionProtection: boolean;
}
