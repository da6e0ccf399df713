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

/** Settings that are given whole, or not at all. */
type PlainSettings = Omit<
  LighthouseSettings,
  'stackName' | 'checker' | 'queue' | 'fanOut' | 'api' | 'alarms' | 'network'
>;

/** What a `Lighthouse` is made of; everything may be left out, and what cannot work is refused. */
export interface LighthouseProps extends Partial<PlainSettings> {
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
  /** Where the functions' code comes from. @default the bundles that come with the package */
  readonly codeOf?: (name: FunctionName) => Code;
}
