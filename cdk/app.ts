import { App, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { BUNDLING_STACKS } from 'aws-cdk-lib/cx-api';
import { bundleFunctions } from './bundle.ts';
import { LighthouseStack } from './lighthouse-stack.ts';
import { SettingsError } from './settings.ts';
import { readContextSettings } from './settings-context.ts';
import type { LighthouseSettingsInput } from './settings-schema.ts';

/**
 * The CDK app. It runs under the CDK's command line, or by itself with `CDK_OUTDIR` and
 * `CDK_CONTEXT_JSON`. `CDK_VALIDATION=false` skips template validation and cdk-nag.
 */
async function synthesizeApp(): Promise<void> {
  const app = new App({ analyticsReporting: false, autoSynth: false });
  const bundlingStacks: unknown = app.node.tryGetContext(BUNDLING_STACKS);
  /** `cdk list` and `cdk destroy` need no code and say so with an empty list. */
  const needsCode = !Array.isArray(bundlingStacks) || bundlingStacks.length > 0;
  if (needsCode) await bundleFunctions();

  new LighthouseStack(app, 'Lighthouse', {
    // The stack checks whatever the context has.
    settings: readContextSettings(app.node.getAllContext()) as LighthouseSettingsInput,
    ...(!needsCode && { codeOf: () => Code.fromInline('// not bundled') }),
  });

  if (process.env.CDK_VALIDATION !== 'false') {
    const { AwsSolutionsChecks } = await import('cdk-nag');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  }
  app.synth();
}

try {
  await synthesizeApp();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
