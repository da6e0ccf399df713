/** What a service charges for one thing. */
export interface Price {
  readonly usd: number;
  /** For how many. */
  readonly per: number;
  readonly unit: string;
  /** The page of AWS that lists it. */
  readonly page: string;
}

/**
 * When the prices below were entered. They were not looked up then, but are those known so far:
 * DynamoDB's since November 2024, Lambda's (arm64) and the others' for years. They are list prices
 * of us-east-1 without taxes, discounts and what is free for an account.
 */
export const PRICES_AS_OF = '2026-12-01';
export const PRICE_REGION = 'us-east-1';

const MILLION = 1_000_000;
const DYNAMODB = 'Amazon DynamoDB pricing, on-demand capacity';
const LAMBDA = 'AWS Lambda pricing, Arm';
const CLOUDWATCH = 'Amazon CloudWatch pricing';
const EC2 = 'Amazon EC2 on-demand pricing';

function price(page: string, usd: number, per: number, unit: string): Price {
  return { usd, per, unit, page };
}

/** List prices, in USD. */
export const PRICES = {
  dynamodbWrite: price(DYNAMODB, 0.625, MILLION, 'write request units'),
  dynamodbRead: price(DYNAMODB, 0.125, MILLION, 'read request units'),
  dynamodbStorage: price(DYNAMODB, 0.25, 1, 'GB-months'),
  dynamodbRecovery: price(DYNAMODB, 0.2, 1, 'GB-months'),
  lambdaTime: price(LAMBDA, 0.0000133334, 1, 'GB-seconds'),
  lambdaRequest: price(LAMBDA, 0.2, MILLION, 'requests'),
  sqsRequest: price('Amazon SQS pricing, standard queues', 0.4, MILLION, 'requests'),
  httpApiRequest: price('Amazon API Gateway pricing, HTTP APIs', 1, MILLION, 'requests'),
  event: price('Amazon EventBridge pricing, custom events', 1, MILLION, 'events'),
  schedule: price('Amazon EventBridge pricing, Scheduler', 1, MILLION, 'invocations'),
  logIngest: price(`${CLOUDWATCH}, logs`, 0.5, 1, 'GB'),
  logStorage: price(`${CLOUDWATCH}, logs`, 0.03, 1, 'GB-months'),
  metric: price(`${CLOUDWATCH}, custom metrics`, 0.3, 1, 'metric-months'),
  alarm: price(`${CLOUDWATCH}, alarms`, 0.1, 1, 'alarm-months'),
  kmsRequest: price('AWS KMS pricing', 0.03, 10_000, 'requests'),
  egress: price(`${EC2}, data transfer out to the internet`, 0.09, 1, 'GB'),
  vm: price(`${EC2}, t4g.small`, 0.0168, 1, 'hours'),
  vmAddress: price('Amazon VPC pricing, public IPv4 addresses', 0.005, 1, 'hours'),
  vmDisk: price('Amazon EBS pricing, gp3', 0.08, 1, 'GB-months'),
} as const satisfies Readonly<Record<string, Price>>;

/** What an amount costs, USD. */
export function usdFor({ usd, per }: Price, amount: number): number {
  return (usd * amount) / per;
}
