import { Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  NatProvider,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FixedEgressSettings, SubnetsSettings } from './settings-types.ts';

/** A VPC of the user's, and where in it the checker runs. */
export interface NetworkProps {
  readonly vpc: IVpc | Vpc;
  /** Subnets with a way to the internet. @default the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** @default one of its own, which allows every outgoing and no incoming connection */
  readonly securityGroups?: readonly ISecurityGroup[];
}

export interface CheckerNetworkProps {
  readonly network: FixedEgressSettings | SubnetsSettings | NetworkProps;
  /** Encrypts the log of refused traffic. */
  readonly encryptionKey: IKey | undefined;
  readonly logRetentionDays: RetentionDays;
}

/** Zones of a VPC of its own: as many as a stack without an environment may assume. */
const ZONES = 2;

/**
 * What Lambda does to connect a function to a VPC ("Giving Lambda functions access to resources in
 * an Amazon VPC"). EC2 offers no narrower resources for these.
 */
const CONNECT_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Where the checker runs, since it alone connects to proxies and targets. The api and the fan-out
 * talk to AWS only, and a VPC would add to their cold starts and to NAT traffic for nothing. The
 * checker reaches DynamoDB through a gateway endpoint, which is free, and SQS and EventBridge
 * through NAT: their few bytes cost less than interface endpoints, $7.30 a month and zone each.
 */
export class CheckerNetwork extends Construct {
  readonly vpc: IVpc | Vpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
  /** The addresses that probes come from; empty when the network is the user's. */
  readonly egressAddresses: readonly string[] = [];
  /** The ids of the NAT gateways of its own. */
  readonly natGatewayIds: readonly string[] = [];

  constructor(scope: Construct, id: string, props: CheckerNetworkProps) {
    super(scope, id);
    const { network } = props;
    if ('vpc' in network) {
      this.vpc = network.vpc;
      this.vpcSubnets = network.vpcSubnets ?? { subnetType: SubnetType.PRIVATE_WITH_EGRESS };
      this.securityGroups = [...(network.securityGroups ?? [this.#outgoingOnly()])];
    } else if (network.kind === 'subnets') {
      const { vpcId, subnetIds, securityGroupIds } = network;
      this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones: Fn.getAzs() });
      const subnets = subnetIds.map((each) => Subnet.fromSubnetId(this, `Subnet-${each}`, each));
      this.vpcSubnets = { subnets };
      this.securityGroups = securityGroupIds.map((each) =>
        SecurityGroup.fromSecurityGroupId(this, `Group-${each}`, each, { mutable: false }),
      );
    } else {
      const gateways = Array.from(
        { length: network.natGateways },
        (_, index) => new CfnEIP(this, `Address${index + 1}`, { domain: 'vpc' }),
      );
      this.egressAddresses = gateways.map(({ ref }) => ref);
      const natProvider = NatProvider.gateway({
        eipAllocationIds: gateways.map(({ attrAllocationId }) => attrAllocationId),
      });
      this.vpc = this.#createVpc(network, natProvider, props);
      this.natGatewayIds = natProvider.configuredGateways.map(({ gatewayId }) => gatewayId);
      this.vpcSubnets = { subnetType: SubnetType.PRIVATE_WITH_EGRESS };
      this.securityGroups = [this.#outgoingOnly()];
    }
  }

  /** Lets Lambda connect a function with this role to the VPC; the function's code cannot do so. */
  grantConnect(role: Role): void {
    const resources = ['*'];
    role.addToPolicy(new PolicyStatement({ actions: CONNECT_ACTIONS, resources }));
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: [...CONNECT_ACTIONS, 'ec2:DetachNetworkInterface'],
        resources,
        // Present in what the function's own code asks for, absent in what Lambda asks for.
        conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'EC2 has no resources for what Lambda does to connect a function to a VPC.',
    });
  }

  #createVpc(
    { natGateways, cidr }: FixedEgressSettings,
    natGatewayProvider: NatProvider,
    { encryptionKey, logRetentionDays }: CheckerNetworkProps,
  ): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: ZONES,
      natGateways,
      natGatewayProvider,
      // It would take a function with rights of its own; nothing is in the group.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'Nat', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
        { name: 'Checker', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      ],
      gatewayEndpoints: { DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
    });
    const logGroup = new LogGroup(this, 'RefusedTraffic', {
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
    // A record of each accepted connection would cost more than the checks.
    vpc.addFlowLog('Refused', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
    });
    return vpc;
  }

  #outgoingOnly(): SecurityGroup {
    return new SecurityGroup(this, 'Outgoing', {
      // Without `exactOptionalPropertyTypes`, which CDK is not written for, these are the same.
      vpc: this.vpc as IVpc,
      description:
        'Lighthouse checker: connects to proxies, targets and AWS; nothing connects to it.',
    });
  }
}
