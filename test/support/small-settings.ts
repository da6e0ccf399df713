import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentName } from '../../functions/environment.ts';

export interface SmallSettings {
  readonly checkerTimeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
}

interface Template {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Metadata?: Readonly<Record<string, string>>;
        readonly Properties: Record<string, unknown>;
      }
    >
  >;
}

/**
 * Shortens the waits of a synthesized stack for fault tests. The values are below the app's own
 * minimum for a deployment: so short a checker has no room for default options.
 */
export async function makeSettingsSmall(outDir: string, settings: SmallSettings): Promise<void> {
  const path = join(outDir, 'Lighthouse.template.json');
  const template: Template = JSON.parse(await readFile(path, 'utf8'));
  const { checkerTimeoutSeconds, visibilityTimeoutSeconds } = settings;
  for (const { Type, Metadata, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') {
      const { Variables } = Properties.Environment as { Variables: Record<string, string> };
      Variables[EnvironmentName.checkerTimeoutSeconds] = `${checkerTimeoutSeconds}`;
      Variables[EnvironmentName.visibilityTimeoutSeconds] = `${visibilityTimeoutSeconds}`;
      const isChecker = Metadata?.['aws:cdk:path']?.includes('/Checker/');
      if (isChecker) Properties.Timeout = checkerTimeoutSeconds;
    }
    if (Type === 'AWS::SQS::Queue' && Properties.RedrivePolicy !== undefined) {
      Properties.VisibilityTimeout = visibilityTimeoutSeconds;
    }
  }
  await writeFile(path, JSON.stringify(template));
}
