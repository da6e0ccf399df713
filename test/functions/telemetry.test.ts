import { expect, it } from 'vitest';
import { EnvironmentName } from '../../functions/environment.ts';
import { createRuntime } from '../../functions/runtime.ts';

const ENVIRONMENT = Object.fromEntries(Object.values(EnvironmentName).map((name) => [name, '1']));

it('logs from the level of the stack, though the filter of Lambda stays at INFO', () => {
  const before = { ...process.env };
  try {
    // As Lambda sets it for a function with JSON logs.
    Object.assign(process.env, { AWS_LAMBDA_LOG_LEVEL: 'INFO', POWERTOOLS_LOG_LEVEL: 'ERROR' });
    Object.assign(process.env, { AWS_REGION: 'us-east-1' });
    const { logger } = createRuntime(ENVIRONMENT).telemetry;
    expect(logger.getLevelName()).toBe('ERROR');
  } finally {
    process.env = before;
  }
});
