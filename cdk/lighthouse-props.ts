import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from '../functions/environment.ts';
import type { NetworkProps } from './checker-network.ts';
import type {
  AlarmSettings,
  ApiSettings,
  CheckerSettings,
  FanOutSettings,
  FixedEgressSettings,
  LighthouseSettings,
  QueueSettings,
  SubnetsSettings,
} from './settings-types.ts';

/** What a `Lighthouse` is made of; everything may be left out, and what cannot work is refused. */
export interface LighthouseProps {
  /** The function that probes proxies. @default the defaults of `CheckerSettings` */
  readonly checker?: Partial<CheckerSettings>;
  /** The queue of batches and its dead-letter queue. @default the defaults of `QueueSettings` */
  readonly queue?: Partial<QueueSettings>;
  /** The function that starts sweeps. @default the defaults of `FanOutSettings` */
  readonly fanOut?: Partial<FanOutSettings>;
  /** The HTTP API and its function. @default the defaults of `ApiSettings` */
  readonly api?: Partial<ApiSettings>;
  /** The alarms and whom they notify. @default the defaults of `AlarmSettings` */
  readonly alarms?: Partial<AlarmSettings>;
  /**
   * Where the checker runs, since it alone dials proxies: a VPC of its own with fixed addresses
   * (`{ kind: 'fixedEgress' }`), or yours, as constructs or by ids.
   *
   * @default Lambda's own network, whose addresses change
   */
  readonly network?:
    | (Pick<FixedEgressSettings, 'kind'> & Partial<FixedEgressSettings>)
    | (Omit<SubnetsSettings, 'kind'> & Partial<Pick<SubnetsSettings, 'kind'>>)
    | NetworkProps
    | null;
  /**
   * Encrypts tables, queues and logs. The roles get the use of it; its own policy must let them, and
   * CloudWatch Logs (docs/construct.md).
   *
   * @default keys that AWS manages
   */
  readonly kmsKeyArn?: string | null;
  /** The least severe lines that functions log. @default 'INFO' */
  readonly logLevel?: LighthouseSettings['logLevel'];
  /** The form of the lines Lambda itself logs. @default 'text' */
  readonly logFormat?: LighthouseSettings['logFormat'];
  /** Days for which logs are kept; a period that CloudWatch Logs offers. @default 30 */
  readonly logRetentionDays?: number;
  /** Whether X-Ray traces the functions. @default false */
  readonly tracing?: boolean;
  /** The processors of the functions. @default 'arm64' */
  readonly architecture?: LighthouseSettings['architecture'];
  /** Whether there is a dashboard; an account's first three are free. @default true */
  readonly dashboard?: boolean;
  /** Tags of every resource that can have some. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** The ARN of the managed policy that bounds every role. @default none */
  readonly permissionsBoundaryArn?: string | null;
  /** What happens to the tables when the stack is deleted. @default 'retain' */
  readonly dataRemoval?: LighthouseSettings['dataRemoval'];
  /** Whether the tables cannot be deleted until this is off again. @default false */
  readonly deletionProtection?: boolean;
  /** Where the functions' code comes from. @default the bundles that come with the package */
  readonly codeOf?: (name: FunctionName) => Code;
}
