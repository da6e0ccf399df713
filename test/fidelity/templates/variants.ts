import { join } from 'node:path';
import type { LighthouseSettingsInput } from '../../../cdk/settings-schema.ts';
import { synthesize } from '../../../src/local/synthesize.ts';

/** A stack as someone may deploy it. */
export interface Variant {
  readonly title: string;
  /** Writes its template somewhere into a directory of its own; returns the path. */
  readonly write: (directory: string) => Promise<string>;
}

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:alarms';

/** The templates that the linters see; one line is all that another one takes. */
export const VARIANTS: readonly Variant[] = [
  { title: 'default', write: stackWith({}) },
  { title: 'guarded tables', write: stackWith({ deletionProtection: true }) },
  { title: 'no schedule', write: stackWith({ fanOut: { scheduleEnabled: false } }) },
  { title: 'notified alarms', write: stackWith({ alarms: { topicArn: TOPIC } }) },
];

/** The stack of the CDK app with settings, as `cdk deploy` would upload it. */
function stackWith(settings: LighthouseSettingsInput): Variant['write'] {
  return async (directory) => {
    const outDir = await synthesize({ outDir: directory, context: { lighthouse: settings } });
    return join(outDir, 'Lighthouse.template.json');
  };
}
