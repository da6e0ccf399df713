import * as z from 'zod';
import { type ResolvedTemplate, resourceProperties } from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';

/** AWS defaults: "Configuring error handling settings for Lambda asynchronous invocations". */
const DEFAULT_MAXIMUM_RETRIES = 2;
const DEFAULT_MAXIMUM_AGE_SECONDS = 6 * 60 * 60;

const eventInvokeConfigSchema = resourceProperties(
  {
    FunctionName: z.string(),
    Qualifier: z.literal('$LATEST'),
    MaximumRetryAttempts: z.number().min(0).max(2).default(DEFAULT_MAXIMUM_RETRIES),
    MaximumEventAgeInSeconds: z.number().default(DEFAULT_MAXIMUM_AGE_SECONDS),
  },
  [],
);

/** How often, and up to which age, a function's asynchronous events are tried. */
export interface AsyncInvokeSettings {
  readonly maximumRetries: number;
  /** The age from which an event is not tried again, ms. */
  readonly maximumAgeMs: number;
}

/** The settings of a function without a configuration of its own. */
export const DEFAULT_ASYNC_INVOKE_SETTINGS: AsyncInvokeSettings = {
  maximumRetries: DEFAULT_MAXIMUM_RETRIES,
  maximumAgeMs: DEFAULT_MAXIMUM_AGE_SECONDS * 1000,
};

/** Reads the stack's settings for asynchronous invocation, by function name. */
export function readAsyncInvokeSettings(
  template: ResolvedTemplate,
): ReadonlyMap<string, AsyncInvokeSettings> {
  return new Map(
    template
      .resources(LocalResourceType.eventInvokeConfig, eventInvokeConfigSchema)
      .map(({ properties }) => [
        properties.FunctionName,
        {
          maximumRetries: properties.MaximumRetryAttempts,
          maximumAgeMs: properties.MaximumEventAgeInSeconds * 1000,
        },
      ]),
  );
}
