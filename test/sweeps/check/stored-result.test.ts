import { describe, expect, it } from 'vitest';
import type { HealthCheckResult } from '../../../src/health/health-check-result.ts';
import { toStoredRecord } from '../../../src/model/result-record.ts';
import { toStoredResult, wordsBytesOf } from '../../../src/sweeps/check/stored-result.ts';

const result: HealthCheckResult = {
  proxyId: '00000000-0000-8000-8000-000000000000',
  protocol: 'http',
  status: 'inactive',
  latencyMs: 1,
  attempts: 1,
  failure: 'connect_bad_gateway',
  blame: 'proxy',
  proxySays: 'X-Brd-Error: no exit',
  timings: {},
  bytes: 0,
  checkedAt: new Date(0).toISOString(),
};

function store(each: HealthCheckResult, all: readonly HealthCheckResult[] = [each]) {
  return toStoredResult(each, { startedAt: 0, wordsBytes: wordsBytesOf(all) });
}

describe('what is stored of a result', () => {
  it("holds the proxy's own words and the blame they decide, up to the record", () => {
    const record = toStoredRecord(null, result.proxyId, {
      result: store(result),
      startedAt: new Date(0).toISOString(),
    });
    expect(record).toMatchObject({ blame: 'proxy', proxySays: 'X-Brd-Error: no exit' });
  });

  it('holds whole words while few proxies of a batch speak, and shortened ones when all do', () => {
    const talkative = { ...result, proxySays: 'é'.repeat(100) };
    expect(store(talkative, Array(300).fill(talkative)).proxySays).toBe(talkative.proxySays);
    const short = store(talkative, Array(1024).fill(talkative)).proxySays ?? '';
    expect(short).toBe(`${'é'.repeat(30)}...`);
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(64);
    const intercepted = { ...result, certificateIssuer: 'CN=Mallory' };
    const crowded = [...Array(512).fill(talkative), ...Array(512).fill(intercepted)];
    expect(store(talkative, crowded.map(strip)).proxySays).toBe(`${'é'.repeat(30)}...`);
  });

  it('blames nobody for what a strategy of its own calls inconclusive', () => {
    const { blame: _none, failure: _code, ...own } = { ...result, status: 'inconclusive' as const };
    const stored = store(own);
    expect(stored.blame).toBe('unconfirmed');
    const record = toStoredRecord(null, own.proxyId, { result: stored, startedAt: own.checkedAt });
    expect(record.errorMessage).toMatch(/^Unconfirmed/);
  });

  it('is read as the target not answering where an older version stored no blame', () => {
    const old = { status: 'inconclusive', protocol: 'http', latencyMs: 1, offsetMs: 0 } as const;
    const startedAt = result.checkedAt;
    const record = toStoredRecord(null, 'id', {
      result: { ...old, failure: 'refused' },
      startedAt,
    });
    expect(record).toMatchObject({ blame: 'target', proxySays: null });
    expect(record.errorMessage).toContain('did not answer when asked directly');
    const ours = toStoredRecord(null, 'id', { result: { ...old, failure: 'no_route' }, startedAt });
    expect(ours.blame).toBe('us');
  });
});

/** An intercepted proxy says nothing. */
function strip(each: HealthCheckResult): HealthCheckResult {
  if (each.certificateIssuer === undefined) return each;
  const { proxySays: _none, ...rest } = each;
  return rest;
}
