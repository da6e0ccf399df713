/**
 * What `proxy-lighthouse/cdk` exports. The functions' code comes ready-made with the package, so that
 * nothing here needs a bundler.
 */
export { LighthouseStack, type LighthouseStackProps } from './lighthouse-stack.ts';
export type { LighthouseSettings, LighthouseSettingsInput } from './settings-schema.ts';
