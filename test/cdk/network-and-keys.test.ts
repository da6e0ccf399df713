import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { Lighthouse } from '../../cdk/index.ts';
import { EVERYTHING, resourcesOf, templateOf } from './template.ts';

const codeOf = () => Code.fromInline('// test');

/** The VPC settings of each function, by its service name; undefined outside a VPC. */
function vpcByService(template: Template): Record<string, unknown> {
  const functions = Object.values(resourcesOf(template, 'AWS::Lambda::Function'));
  return Object.fromEntries(
    functions.map(({ Properties }) => [
      Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME,
      Properties.VpcConfig,
    ]),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: statements are JSON of many shapes
function statementsOf(template: Template, policyId: string): any[] {
  const policies = Object.entries(resourcesOf(template, 'AWS::IAM::Policy'));
  const [, policy] = policies.find(([id]) => id.startsWith(policyId)) ?? [];
  return policy?.Properties.PolicyDocument.Statement ?? [];
}

describe('fixed egress', () => {
  const template = templateOf({ network: { kind: 'fixedEgress', natGateways: 2 } });

  it('gives each NAT gateway an address of its own, which the stack names', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 2);
    const addresses = Object.keys(resourcesOf(template, 'AWS::EC2::EIP'));
    expect(addresses).toHaveLength(2);
    const used = Object.values(resourcesOf(template, 'AWS::EC2::NatGateway')).map(
      ({ Properties }) => Properties.AllocationId['Fn::GetAtt'],
    );
    expect(used.sort()).toEqual(addresses.map((id) => [id, 'AllocationId']).sort());
    template.hasOutput('EgressAddresses', {
      Value: { 'Fn::Join': [',', addresses.map((id) => ({ Ref: id }))] },
    });
  });

  it('puts the checker alone into private subnets, which lead to NAT', () => {
    const { checker, ...others } = vpcByService(template);
    expect(others).toEqual({ 'fan-out': undefined, api: undefined });
    const { SubnetIds } = checker as { SubnetIds: { Ref: string }[] };
    expect(SubnetIds).toHaveLength(2);
    for (const { Ref } of SubnetIds) {
      const tables = Object.values(
        resourcesOf(template, 'AWS::EC2::SubnetRouteTableAssociation'),
      ).filter(({ Properties }) => Properties.SubnetId.Ref === Ref);
      template.hasResourceProperties('AWS::EC2::Route', {
        RouteTableId: tables[0]?.Properties.RouteTableId,
        DestinationCidrBlock: '0.0.0.0/0',
        NatGatewayId: Match.anyValue(),
      });
    }
  });

  it('reaches DynamoDB through a gateway endpoint, without NAT', () => {
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.dynamodb']] },
    });
  });

  it('lets nothing in', () => {
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::EC2::SecurityGroup'))) {
      expect(Properties).not.toHaveProperty('SecurityGroupIngress');
    }
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  it('lets Lambda connect the checker, and denies the same to its code', () => {
    const statements = statementsOf(template, 'FunctionsCheckerRole').filter(({ Action }) =>
      JSON.stringify(Action).includes('ec2:'),
    );
    const [allowed, denied] = statements;
    expect(statements).toHaveLength(2);
    expect(denied).toMatchObject({
      Effect: 'Deny',
      Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    });
    expect(denied.Action).toEqual(expect.arrayContaining(allowed.Action));
    for (const name of ['FunctionsFanOutRole', 'FunctionsApiRole']) {
      expect(JSON.stringify(statementsOf(template, name))).not.toContain('ec2:');
    }
  });

  it('is absent unless it is asked for', () => {
    templateOf().resourceCountIs('AWS::EC2::VPC', 0);
    expect(vpcByService(templateOf())).toEqual({});
  });

  it('takes the range of addresses from the settings', () => {
    const cidr = '172.20.0.0/20';
    templateOf({ network: { kind: 'fixedEgress', cidr } }).hasResourceProperties('AWS::EC2::VPC', {
      CidrBlock: cidr,
    });
  });
});

describe('a network of the user', () => {
  it('may be given by ids, and gets the checker alone', () => {
    const template = templateOf(EVERYTHING);
    const { subnetIds, securityGroupIds } = EVERYTHING.network;
    template.resourceCountIs('AWS::EC2::VPC', 0);
    expect(vpcByService(template)).toEqual({
      checker: { SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds },
    });
    expect(template.findOutputs('EgressAddresses')).toEqual({});
  });

  it('may be constructs', () => {
    const stack = new Stack(new App(), 'Shop');
    const vpc = new Vpc(stack, 'Office', { maxAzs: 2 });
    const group = new SecurityGroup(stack, 'Group', { vpc: vpc as never });
    const vpcSubnets = { subnetType: SubnetType.PRIVATE_WITH_EGRESS };
    new Lighthouse(stack, 'Proxies', {
      codeOf,
      network: { vpc, vpcSubnets, securityGroups: [group] },
    });
    new Lighthouse(stack, 'More', { codeOf, network: { vpc } });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::VPC', 1);
    const placed = Object.values(resourcesOf(template, 'AWS::Lambda::Function'))
      .map(({ Properties }) => Properties.VpcConfig)
      .filter((config) => config !== undefined);
    expect(placed).toHaveLength(2);
    const [first, second] = placed;
    expect(first.SubnetIds).toEqual(second.SubnetIds);
    expect(first.SecurityGroupIds).not.toEqual(second.SecurityGroupIds);
  });

  it('is refused when its subnets are public, which Lambda cannot use', () => {
    const stack = new Stack(new App(), 'Shop');
    const vpc = new Vpc(stack, 'Office', { maxAzs: 1 });
    const network = { vpc, vpcSubnets: { subnetType: SubnetType.PUBLIC } };
    expect(() => new Lighthouse(stack, 'Proxies', { codeOf, network })).toThrow(/public subnet/);
  });
});

describe('a key of the user', () => {
  const template = templateOf(EVERYTHING);
  const { kmsKeyArn } = EVERYTHING;

  it('encrypts tables, queues and logs', () => {
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: kmsKeyArn },
    });
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: kmsKeyArn });
    template.resourceCountIs('AWS::Logs::LogGroup', 4);
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: kmsKeyArn });
  });

  it.each(['FanOut', 'Checker', 'Api'])('may be used by %s, through tables and queues', (name) => {
    const uses = statementsOf(template, `Functions${name}Role`).filter(
      ({ Resource }) => Resource === kmsKeyArn,
    );
    const services = uses.map(({ Condition }) => JSON.stringify(Condition ?? null));
    expect(services.filter((text) => !text.includes('kms:ViaService'))).toEqual([]);
    expect(services.some((text) => text.includes('"dynamodb.'))).toBe(true);
    expect(services.some((text) => text.includes('"sqs.'))).toBe(true);
    expect(JSON.stringify(uses)).not.toMatch(/kms:\*|CreateGrant|Disable|Schedule|Put/);
  });

  it('is no part of the stack without the setting', () => {
    expect(JSON.stringify(templateOf().toJSON())).not.toContain('kms:');
  });
});

describe('settings that apply to everything', () => {
  const template = templateOf(EVERYTHING);

  it('a boundary bounds every role', () => {
    template.allResourcesProperties('AWS::IAM::Role', {
      PermissionsBoundary: EVERYTHING.permissionsBoundaryArn,
    });
    const fixed = templateOf({ ...EVERYTHING, network: { kind: 'fixedEgress' } });
    fixed.resourceCountIs('AWS::IAM::Role', 5);
    fixed.allResourcesProperties('AWS::IAM::Role', {
      PermissionsBoundary: EVERYTHING.permissionsBoundaryArn,
    });
  });

  it.each(['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::Lambda::Function', 'AWS::IAM::Role'])(
    'tags are on every %s',
    (type) => {
      template.allResourcesProperties(type, {
        Tags: Match.arrayWith([
          { Key: 'cost-centre', Value: '4711' },
          { Key: 'team', Value: 'scraping' },
        ]),
      });
    },
  );

  it('every function is traced, on the processors that were asked for', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      TracingConfig: { Mode: 'Active' },
      Architectures: ['x86_64'],
    });
    for (const name of ['FanOut', 'Checker', 'Api']) {
      expect(JSON.stringify(statementsOf(template, `Functions${name}Role`))).toContain(
        'xray:PutTraceSegments',
      );
    }
  });

  it('functions log from the level that was asked for', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      LoggingConfig: Match.objectLike({ LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' }),
      Environment: { Variables: Match.objectLike({ POWERTOOLS_LOG_LEVEL: 'DEBUG' }) },
    });
  });

  it('a level above INFO drops no metric, which are lines of INFO to Lambda', () => {
    const quiet = templateOf({ logFormat: 'json', logLevel: 'ERROR' });
    quiet.allResourcesProperties('AWS::Lambda::Function', {
      LoggingConfig: Match.objectLike({ ApplicationLogLevel: 'INFO' }),
      Environment: { Variables: Match.objectLike({ POWERTOOLS_LOG_LEVEL: 'ERROR' }) },
    });
  });
});
