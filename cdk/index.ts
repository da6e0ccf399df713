/**
 * What `proxy-lighthouse/cdk` exports. The functions' code comes ready-made with the package, so that
 * nothing here needs a bundler.
 */
export { API_URL_VARIABLE } from './api-grants.ts';
export type { NetworkProps } from './checker-network.ts';
export { type GrantLeaseOptions, Lighthouse } from './lighthouse.ts';
export type { LighthouseProps } from './lighthouse-props.ts';
export { LighthouseStack, type LighthouseStackProps } from './lighthouse-stack.ts';
export { SettingsError } from './settings.ts';
export type { LighthouseSettingsInput } from './settings-schema.ts';
export type {
  AlarmSettings,
  ApiSettings,
  CheckerSettings,
  FanOutSettings,
  FixedEgressSettings,
  LighthouseSettings,
  QueueSettings,
  SubnetsSettings,
} from './settings-types.ts';
