import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const FIXTURE_STACK = 'Fixture';

export type FixtureResource = {
  readonly Type: string;
  readonly Properties?: unknown;
  readonly Condition?: string;
};

export interface FixtureAssembly extends AsyncDisposable {
  readonly directory: string;
}

/** Writes a cloud assembly as `cdk synth` does: a template, and one asset per handler source. */
export async function writeFixtureAssembly(
  resources: Readonly<Record<string, FixtureResource>>,
  handlers: Readonly<Record<string, string>> = {},
): Promise<FixtureAssembly> {
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-fixture-'));
  const template = {
    Resources: Object.fromEntries(
      Object.entries(resources).map(([id, resource]) => [
        id,
        { ...resource, Metadata: { 'aws:cdk:path': `${FIXTURE_STACK}/${id}/Resource` } },
      ]),
    ),
  };
  const files = Object.fromEntries(
    Object.keys(handlers).map((name) => [name, { source: { path: `asset.${name}` } }]),
  );
  for (const [name, source] of Object.entries(handlers)) {
    await mkdir(join(directory, `asset.${name}`));
    await writeFile(join(directory, `asset.${name}`, 'index.mjs'), source);
  }
  await writeFile(join(directory, `${FIXTURE_STACK}.template.json`), JSON.stringify(template));
  await writeFile(join(directory, `${FIXTURE_STACK}.assets.json`), JSON.stringify({ files }));
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A function resource whose asset is the handler with this name. */
export function functionResource(
  handler: string,
  properties: Readonly<Record<string, unknown>> = {},
): FixtureResource {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: `${handler}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 2,
      MemorySize: 256,
      ...properties,
    },
  };
}
