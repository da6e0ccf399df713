import { LocalStackError } from '../../errors.ts';
import type { RawResource } from './cloud-assembly.ts';

/** The resource types that run on this machine. */
export const LocalResourceType = {
  table: 'AWS::DynamoDB::Table',
  globalTable: 'AWS::DynamoDB::GlobalTable',
  queue: 'AWS::SQS::Queue',
  function: 'AWS::Lambda::Function',
  eventSourceMapping: 'AWS::Lambda::EventSourceMapping',
  eventInvokeConfig: 'AWS::Lambda::EventInvokeConfig',
  httpApi: 'AWS::ApiGatewayV2::Api',
  httpRoute: 'AWS::ApiGatewayV2::Route',
  httpIntegration: 'AWS::ApiGatewayV2::Integration',
  httpStage: 'AWS::ApiGatewayV2::Stage',
  schedule: 'AWS::Scheduler::Schedule',
  eventBus: 'AWS::Events::EventBus',
} as const;
export type LocalResourceType = (typeof LocalResourceType)[keyof typeof LocalResourceType];

/** The resource types that have no effect here, and why. */
const RESOURCES_WITHOUT_COUNTERPART: ReadonlyMap<string, string> = new Map([
  ['AWS::IAM::Role', 'permissions are tested in the template, not enforced here'],
  ['AWS::IAM::Policy', 'permissions are tested in the template, not enforced here'],
  ['AWS::Lambda::Permission', 'every event source on this machine may invoke'],
  ['AWS::SQS::QueuePolicy', 'only this machine reaches the queues'],
  ...[
    'EIP',
    'FlowLog',
    'InternetGateway',
    'NatGateway',
    'Route',
    'RouteTable',
    'SecurityGroup',
    'Subnet',
    'SubnetRouteTableAssociation',
    'VPC',
    'VPCEndpoint',
    'VPCGatewayAttachment',
  ].map((name) => [`AWS::EC2::${name}`, "probes leave by this machine's own network"] as const),
  ['AWS::Logs::LogGroup', "logs go to the stack's own output"],
  ['AWS::CloudWatch::Alarm', 'metrics are written to the logs and not collected'],
  ['AWS::CloudWatch::Dashboard', 'metrics are written to the logs and not collected'],
  ['AWS::Scheduler::ScheduleGroup', 'schedules run without groups'],
  ['AWS::CDK::Metadata', 'it describes the template, not the stack'],
]);

const supported: ReadonlySet<string> = new Set(Object.values(LocalResourceType));

/**
 * Refuses a template that this machine would run differently from AWS.
 * @throws {LocalStackError} when a resource's type is not supported or it has a condition
 */
export function assertResourcesSupported(resources: readonly RawResource[]): void {
  for (const { logicalId, type, condition } of resources) {
    if (RESOURCES_WITHOUT_COUNTERPART.has(type)) continue;
    if (!supported.has(type)) {
      throw new LocalStackError(
        `${logicalId} is an ${type}, which the local stack can neither run nor leave out`,
      );
    }
    if (condition !== undefined) {
      throw new LocalStackError(
        `${logicalId} exists only under the condition ${condition}, and the local stack supports no conditions`,
      );
    }
  }
}
