import type { CloudAssemblyStack, RawResource } from './cloud-assembly.ts';

/** The account and region every local resource belongs to. fauxqs knows no other account. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** What `Ref` and `Fn::GetAtt` give for the resources of a stack. */
export interface PhysicalNames {
  /** By logical id, pseudo parameter (`AWS::Region`) or template parameter. */
  readonly refs: ReadonlyMap<string, string>;
  /** By `LogicalId.Attribute`. */
  readonly attributes: ReadonlyMap<string, string>;
}

interface Naming {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Names every resource before any is created, so that any can refer to any other. A resource
 * without a name of its own gets `<stack>-<logical id>`. Queue URLs begin with `queueBaseUrl`.
 */
export function namePhysicalResources(
  stack: CloudAssemblyStack,
  queueBaseUrl: string,
): PhysicalNames {
  const refs = new Map([...stack.parameters, ...pseudoParameters(stack.stackName)]);
  const attributes = new Map<string, string>();
  for (const resource of stack.resources) {
    const naming = nameOf(resource, stack.stackName, queueBaseUrl);
    refs.set(resource.logicalId, naming.ref);
    for (const [name, value] of Object.entries(naming.attributes ?? {})) {
      attributes.set(`${resource.logicalId}.${name}`, value);
    }
  }
  return { refs, attributes };
}

function pseudoParameters(stackName: string): readonly [string, string][] {
  return [
    ['AWS::Region', LOCAL_REGION],
    ['AWS::AccountId', LOCAL_ACCOUNT],
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stackName],
    ['AWS::StackId', arn('cloudformation', `stack/${stackName}/local`)],
  ];
}

function nameOf(resource: RawResource, stackName: string, queueBaseUrl: string): Naming {
  const { logicalId, type, properties } = resource;
  const defaultName = `${stackName}-${logicalId}`;
  const nameIn = (property: string, longest: number) => {
    const name = properties[property];
    return typeof name === 'string' ? name : defaultName.slice(0, longest);
  };
  switch (type) {
    case 'AWS::SQS::Queue': {
      const name = nameIn('QueueName', 80);
      const url = `${queueBaseUrl}/${LOCAL_ACCOUNT}/${name}`;
      const attributes = { Arn: arn('sqs', name), QueueName: name, QueueUrl: url };
      return { ref: url, attributes };
    }
    case 'AWS::Lambda::Function': {
      const name = nameIn('FunctionName', 64);
      return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
    }
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable': {
      const name = nameIn('TableName', 255);
      return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`) } };
    }
    case 'AWS::Events::EventBus': {
      const name = nameIn('Name', 256);
      return { ref: name, attributes: { Arn: arn('events', `event-bus/${name}`), Name: name } };
    }
    case 'AWS::IAM::Role': {
      const name = nameIn('RoleName', 64);
      return { ref: name, attributes: { Arn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/${name}` } };
    }
    case 'AWS::EC2::SecurityGroup':
      return { ref: defaultName, attributes: { GroupId: defaultName } };
    case 'AWS::Logs::LogGroup': {
      const name = nameIn('LogGroupName', 512);
      return { ref: name, attributes: { Arn: `${arn('logs', `log-group:${name}`)}:*` } };
    }
    default:
      return { ref: defaultName };
  }
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${resource}`;
}

/** A resource and its origin in the CDK app. */
export interface NamedByConstruct {
  readonly logicalId: string;
  /** The construct's path, such as `Lighthouse/Checker/Resource`; `''` without metadata. */
  readonly constructPath: string;
}

/**
 * The CDK app's name for a resource, without its kind: `Lighthouse/Tables/PoolsTable/Resource` is
 * `pools`. Without a path it is the logical id.
 */
export function constructName({ logicalId, constructPath }: NamedByConstruct): string {
  const ids = constructPath.split('/').filter((id) => id !== 'Resource' && id !== 'Default');
  const id = ids.at(-1) || logicalId;
  const name = id.replace(/(?<=.)(Table|Queue|Function|Schedule)$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
