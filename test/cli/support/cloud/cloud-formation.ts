import { serveVerified, type VerifiedServer } from './verified-server.ts';

/** What CloudFormation says of a stack. */
interface StubStack {
  readonly outputs: Readonly<Record<string, string>>;
  readonly status?: string;
}

/** An error answer: HTTP status, code and message. */
type StubError = readonly [status: number, code: string, message: string];

export const REGION = 'eu-north-1';
export const ACCOUNT = '123456789012';

/** A CloudFormation that knows some stacks, or refuses everything. */
export interface CloudFormationStub extends VerifiedServer {
  readonly stacks: Map<string, StubStack>;
  /** Answered to everything while it is set. */
  error: StubError | null;
}

/** The ARN of a stack. */
export function stackIdOf(name: string): string {
  return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${name}/0f1e2d3c-0000-4000-8000-000000000000`;
}

/** Starts a CloudFormation that speaks DescribeStacks of the query protocol and checks signatures. */
export async function startCloudFormation(): Promise<CloudFormationStub> {
  const stacks = new Map<string, StubStack>();
  const stub: { error: StubError | null } = { error: null };
  const server = await serveVerified(
    { service: 'cloudformation', region: REGION },
    {
      answer: async ({ body }) => {
        const form = new URLSearchParams(body.toString());
        const wanted = form.get('StackName') ?? '';
        const name = wanted.startsWith('arn:') ? (wanted.split('/')[1] ?? '') : wanted;
        const stack = stacks.get(name);
        if (stub.error !== null) return xmlError(stub.error);
        if (form.get('Action') !== 'DescribeStacks') return xmlError([400, 'InvalidAction', '']);
        const missing = `Stack with id ${name} does not exist`;
        if (!stack) return xmlError([400, 'ValidationError', missing]);
        return { status: 200, headers: XML, body: describeStacks(name, stack) };
      },
      refuse: () => xmlError([403, 'SignatureDoesNotMatch', 'The request signature …']),
    },
  );
  return Object.assign(stub, server, { stacks });
}

const XML = { 'content-type': 'text/xml' };

function xmlError([status, code, message]: StubError) {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = `<ErrorResponse xmlns="${NAMESPACE}">${error}<RequestId>r</RequestId></ErrorResponse>`;
  return { status, headers: XML, body };
}

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** AWS: "DescribeStacks", example. */
function describeStacks(name: string, { outputs, status = 'UPDATE_COMPLETE' }: StubStack): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return (
    `<DescribeStacksResponse xmlns="${NAMESPACE}"><DescribeStacksResult><Stacks><member>` +
    `<StackName>${name}</StackName><StackId>${stackIdOf(name)}</StackId>` +
    `<CreationTime>2026-01-15T12:00:00.000Z</CreationTime><StackStatus>${status}</StackStatus>` +
    `<Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult>` +
    '<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeStacksResponse>'
  );
}
