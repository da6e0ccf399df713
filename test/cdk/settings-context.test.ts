import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../cdk/settings.ts';
import { readContextSettings } from '../../cdk/settings-context.ts';

describe('the settings in the context', () => {
  it('may be given one by one, and win over the object they belong to', () => {
    const settings = readContextSettings({
      lighthouse: { checker: { memoryMb: 512, maxInFlight: 100 }, logRetentionDays: 7 },
      'lighthouse.checker.memoryMb': '1024',
      'lighthouse.tracing': 'true',
      'lighthouse.stackName': 'Proxies',
      'lighthouse.network': 'null',
      '@aws-cdk/core:something': true,
    });
    expect(settings).toEqual({
      checker: { memoryMb: 1024, maxInFlight: 100 },
      logRetentionDays: 7,
      tracing: true,
      stackName: 'Proxies',
      network: null,
    });
  });

  it('leave the object in the context as it is', () => {
    const lighthouse = { checker: { memoryMb: 512 } };
    readContextSettings({ lighthouse, 'lighthouse.checker.memoryMb': '1024' });
    expect(lighthouse).toEqual({ checker: { memoryMb: 512 } });
  });

  it('may be added to the JSON text of all of them, and to null', () => {
    expect(
      readContextSettings({
        lighthouse: '{"network":null,"api":{"memoryMb":512}}',
        'lighthouse.api.timeoutSeconds': '10',
        'lighthouse.network.kind': 'fixedEgress',
      }),
    ).toEqual({ network: { kind: 'fixedEgress' }, api: { memoryMb: 512, timeoutSeconds: 10 } });
  });

  it('keep each digit of a long number, and read JSON', () => {
    expect(
      readContextSettings({
        'lighthouse.tags.account': '123456789012345678901',
        'lighthouse.network.subnetIds': '["subnet-1"]',
      }),
    ).toEqual({
      tags: { account: '123456789012345678901' },
      network: { subnetIds: ['subnet-1'] },
    });
  });

  it('do not reach the prototypes of objects', () => {
    const settings = readContextSettings({ 'lighthouse.__proto__.polluted': '1' });
    expect(Object.keys(Object(settings))).toEqual(['__proto__']);
    expect({}).not.toHaveProperty('polluted');
  });

  it('are refused where they belong to something that is no object', () => {
    const read = () =>
      readContextSettings({ lighthouse: { checker: 7 }, 'lighthouse.checker.memoryMb': '1024' });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow('lighthouse.checker.memoryMb has no place, since what it belongs to is 7');
  });

  it('are nothing when there are none', () => {
    expect(readContextSettings({})).toEqual({});
  });
});
