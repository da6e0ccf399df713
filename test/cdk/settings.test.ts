import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../cdk/settings.ts';
import type { LighthouseSettingsInput } from '../../cdk/settings-schema.ts';

describe('the settings of the stack', () => {
  it('have defaults that agree with each other', () => {
    expect(parseSettings()).toMatchObject({
      checker: { memoryMb: 512, timeoutSeconds: 60, maxConcurrency: 5, maxInFlightPerHost: 32 },
      queue: { visibilityTimeoutSeconds: 360, maxReceives: 5, dlqRetentionDays: 14 },
      logRetentionDays: 30,
      dataRemoval: 'retain',
    });
  });

  it('may be JSON text, as `cdk -c lighthouse=…` passes them', () => {
    expect(parseSettings('{"logRetentionDays":7}').logRetentionDays).toBe(7);
    expect(() => parseSettings('{')).toThrow('not valid JSON');
  });

  it.each<[string, LighthouseSettingsInput, RegExp]>([
    [
      'a visibility timeout below 6 times the timeout',
      { queue: { visibilityTimeoutSeconds: 359 } },
      /must be at least 360, 6 times checker\.timeoutSeconds \(60\).*probed twice/,
    ],
    [
      'a raised checker timeout without a raised visibility timeout',
      { checker: { timeoutSeconds: 120 } },
      /visibilityTimeoutSeconds is 360 but must be at least 720/,
    ],
    [
      'a checker timeout too short for the longest batch',
      { checker: { timeoutSeconds: 20 }, queue: { visibilityTimeoutSeconds: 360 } },
      /the longest batch takes \d+ .*raise it, or checker\.maxInFlight/,
    ],
    [
      'more probes in flight than fit the memory',
      { checker: { memoryMb: 192, maxInFlight: 800 } },
      /checker\.memoryMb is 192 but 800 probes in flight need/,
    ],
    [
      'an api that outlives its HTTP API',
      { api: { timeoutSeconds: 30 } },
      /api\.timeoutSeconds is 30 but an HTTP API stops waiting after 30/,
    ],
    ['more receives than SQS counts', { queue: { maxReceives: 901 } }, /queue\.maxReceives: /],
    ['too few receives', { queue: { maxReceives: 4 } }, /queue\.maxReceives is 4 .*at least 5/],
    [
      'dead letters that expire on arrival',
      {
        checker: { timeoutSeconds: 900 },
        queue: { visibilityTimeoutSeconds: 43_200, dlqRetentionDays: 2 },
      },
      /dlqRetentionDays is 2.*vanish on arrival/,
    ],
    [
      'a burst below the rate',
      { api: { requestsPerSecond: 200 } },
      /api\.burstRequests is 100, below api\.requestsPerSecond \(200\)/,
    ],
    [
      'a retention that CloudWatch does not offer',
      { logRetentionDays: 42 },
      /logRetentionDays is 42, which CloudWatch Logs does not offer: use one of 1, 3, 5, 7/,
    ],
    [
      'tables that are both protected and to be destroyed',
      { dataRemoval: 'destroy', deletionProtection: true },
      /dataRemoval is "destroy" but deletionProtection is on/,
    ],
    [
      'a network of an unknown kind',
      { network: { kind: 'private' } as never },
      /network.*: must be \{ kind: "fixedEgress" \} or \{ vpcId, subnetIds, securityGroupIds \}/,
    ],
    [
      'more NAT gateways than zones',
      { network: { kind: 'fixedEgress', natGateways: 3 } },
      /network\.natGateways: must be a whole number from 1 to 2, and is 3/,
    ],
    [
      'a range that is none',
      { network: { kind: 'fixedEgress', cidr: '10.0.0.256/16' } },
      /network\.cidr: must be an IPv4 range from \/16 to \/24 .*, and is "10\.0\.0\.256\/16"/,
    ],
    [
      'a range too small',
      { network: { kind: 'fixedEgress', cidr: '10.0.0.0/25' } },
      /network\.cidr: must be an IPv4 range from \/16 to \/24/,
    ],
    [
      'a VPC without subnets',
      { network: { vpcId: 'vpc-0123456789abcdef0', subnetIds: [], securityGroupIds: ['sg-1'] } },
      /network\.subnetIds: must be a list of 1 to 16 ids[^\n]*, and is \[\]\n- network\.securityGroupIds\.0: must be an id such as sg-…/,
    ],
    [
      'the alias of a key',
      { kmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:alias/lighthouse' },
      /kmsKeyArn: must be the ARN of a KMS key, not of an alias, and is "arn:/,
    ],
    [
      'a role as a boundary',
      { permissionsBoundaryArn: 'arn:aws:iam::123456789012:role/admin' },
      /permissionsBoundaryArn: must be the ARN of a managed IAM policy/,
    ],
    [
      'an unknown log level',
      { logLevel: 'TRACE' as never },
      /logLevel: must be one of DEBUG, INFO/,
    ],
    [
      'an unknown log format',
      { logFormat: 'xml' as never },
      /logFormat: must be one of text, json/,
    ],
    ['an unknown architecture', { architecture: 'arm' as never }, /architecture: .*arm64, x86_64/],
    ['a tag of AWS', { tags: { 'aws:x': 'y' } }, /tags.*: .*no key that begins with aws:/],
    [
      'more tags than a resource may have',
      { tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`key-${n}`, 'x'])) },
      /tags: must have at most 50 keys/,
    ],
    [
      'a name that no stack can have',
      { stackName: 'my_stack' },
      /stackName: must be letters, digits and hyphens .*, and is "my_stack"/,
    ],
    [
      'no probes for a host',
      { checker: { maxInFlightPerHost: 0 } },
      /checker\.maxInFlightPerHost: must be a whole number from 1 to 800, and is 0/,
    ],
    ['a concurrency out of range', { checker: { maxConcurrency: 1 } }, /checker\.maxConcurrency: /],
    ['more probes than descriptors', { checker: { maxInFlight: 801 } }, /checker\.maxInFlight: /],
    ['memory that Lambda does not offer', { api: { memoryMb: 64 } }, /api\.memoryMb: /],
  ])('refuse %s', (_, settings, sentence) => {
    expect(() => parseSettings(settings)).toThrow(sentence);
  });

  it('refuse an unknown name', () => {
    expect(() => parseSettings({ checker: { memory: 512 } })).toThrow(
      /checker: has no setting "memory"; there are memoryMb, timeoutSeconds, /,
    );
    expect(() => parseSettings({ chequer: {} } as never)).toThrow(/lighthouse: has no setting/);
  });

  it('name everything that is wrong at once', () => {
    expect(() => parseSettings({ queue: { maxReceives: 1 }, api: { timeoutSeconds: 60 } })).toThrow(
      /api\.timeoutSeconds[\s\S]*queue\.maxReceives/,
    );
  });
});
