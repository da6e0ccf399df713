/** A finding that stays as it is, and why. */
export interface Acknowledged {
  readonly rule: string;
  readonly resourceType: string;
  readonly reason: string;
}

const FUNCTION = 'AWS::Lambda::Function';

/** Every finding of cfn-lint and checkov in the stack's templates. */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  {
    rule: 'W3005',
    resourceType: FUNCTION,
    reason: 'the CDK names the role and its policy together; only the policy needs to be named',
  },
  {
    rule: 'CKV_AWS_119',
    resourceType: 'AWS::DynamoDB::Table',
    reason: "DynamoDB encrypts with a key of AWS's; a customer's own costs and is a choice",
  },
  {
    rule: 'CKV_AWS_27',
    resourceType: 'AWS::SQS::Queue',
    reason: 'the queues are encrypted with SqsManagedSseEnabled, which checkov does not look at',
  },
  {
    rule: 'CKV_AWS_158',
    resourceType: 'AWS::Logs::LogGroup',
    reason: 'CloudWatch encrypts logs, and no log holds a secret',
  },
  {
    rule: 'CKV_AWS_173',
    resourceType: FUNCTION,
    reason: 'the variables are names and limits; Lambda encrypts them all the same',
  },
  {
    rule: 'CKV_AWS_116',
    resourceType: FUNCTION,
    reason:
      'what an asynchronous fan-out loses the next tick repairs; the checker has a queue with a ' +
      'dead-letter queue, the api is called synchronously',
  },
  {
    rule: 'CKV_AWS_117',
    resourceType: FUNCTION,
    reason: 'proxies are on the internet; in a VPC every probe would pay for a NAT gateway',
  },
  {
    rule: 'CKV_AWS_115',
    resourceType: FUNCTION,
    reason:
      "the event source's maximum concurrency limits the checkers; a reserved one would make " +
      'messages fail that wait',
  },
  {
    rule: 'CKV_AWS_111',
    resourceType: 'AWS::IAM::Policy',
    reason: 'in a VPC Lambda makes network interfaces as the function; EC2 names none beforehand',
  },
];
