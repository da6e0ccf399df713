import { describe, expect, it } from 'vitest';
import { createJsonWriter } from '../../../src/cli/output/json-writer.ts';
import type { LineRecord, Sink } from '../../../src/cli/output/report.ts';
import { RunTally } from '../../../src/cli/output/run-tally.ts';
import { listStatuses } from '../../../src/cli/output/summary-text.ts';
import { createTableWriter } from '../../../src/cli/output/table-writer.ts';

class MemorySink implements Sink {
  text = '';
  async write(text: string): Promise<void> {
    this.text += text;
  }
  async commit(): Promise<void> {}
  async discard(): Promise<void> {}
}

const record: LineRecord = {
  line: 1,
  proxy: 'http://192.0.2.1:8080',
  proxyId: '00000000-0000-8000-8000-000000000000',
  protocol: 'http',
  status: 'active',
  latencyMs: 41.6,
  statusCode: 200,
  attempts: 1,
  failure: null,
  blame: null,
  failedPhase: null,
  timings: {},
  checkedAt: '2026-01-01T00:00:00.000Z',
  errorMessage: null,
  proxySays: null,
};

function summaryOf(tally: RunTally) {
  return { ...tally.summary(), list: null, control: null, elapsedMs: 1, interrupted: false };
}

describe('the JSON report', () => {
  it('is complete without any result', async () => {
    const sink = new MemorySink();
    await createJsonWriter(sink).finish(summaryOf(new RunTally()));
    expect(JSON.parse(sink.text)).toMatchObject({ results: [], rejected: [], summary: {} });
  });

  it('keeps any number of rejected lines in order', async () => {
    const sink = new MemorySink();
    const writer = createJsonWriter(sink);
    for (let line = 1; line <= 2_500; line++) {
      await writer.writeRejected({ line, reason: 'invalid_port', detail: 'd', text: 'a\nb"' });
    }
    await writer.writeResult(record);
    await writer.finish(summaryOf(new RunTally()));
    const { rejected, results } = JSON.parse(sink.text);
    expect(results).toEqual([record]);
    expect(rejected.map(({ line }: { line: number }) => line)).toEqual(
      Array.from({ length: 2_500 }, (_, index) => index + 1),
    );
    expect(rejected[2_400].text).toBe('a\nb"');
  });
});

describe('the table', () => {
  it('shows no control characters from a list', async () => {
    const sink = new MemorySink();
    const writer = createTableWriter(sink, false);
    const text = 'evil\u{1b}[31m\u{202e}\r\n:80';
    await writer.writeRejected({ line: 1, reason: 'invalid_host', detail: '', text });
    expect(sink.text).toContain('evil\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}:80');
  });

  it('colours the status only when colours are enabled', async () => {
    const plain = new MemorySink();
    await createTableWriter(plain, false).writeResult(record);
    expect(plain.text).not.toContain('\u{1b}');
    const coloured = new MemorySink();
    await createTableWriter(coloured, true).writeResult(record);
    expect(coloured.text).toContain('\u{1b}[32mactive');
  });
});

describe('the tally', () => {
  it('counts a skipped proxy by its last verdict, without its latency and failure', async () => {
    const tally = new RunTally();
    tally.add(record);
    tally.add({ ...record, latencyMs: 9_999, skipped: true });
    const down = { status: 'inactive', failure: 'refused', blame: 'proxy' } as const;
    tally.add({ ...record, ...down, skipped: true });
    expect(tally.summary()).toEqual({
      checked: 3,
      statuses: { active: 2, slow: 0, inactive: 1, inconclusive: 0 },
      skipped: 2,
      latencyMs: { p50: 42, p95: 42, p99: 42 },
      failures: [],
    });
    const sink = new MemorySink();
    const writer = createTableWriter(sink, false);
    await writer.writeResult({ ...record, ...down, skipped: true });
    await writer.finish(summaryOf(tally));
    expect(sink.text).toMatch(/ \(inactive\) .* refused /);
    expect(sink.text).toContain('skipped   2 of them, shown with their last verdict\n');
    expect(listStatuses({ ...tally.statuses, skipped: 2 }, ', ')).toMatch(
      /0 inconclusive, 2 skipped$/,
    );
  });

  it('gives exact percentiles of the healthy latencies', () => {
    const tally = new RunTally();
    for (let latencyMs = 1; latencyMs <= 200; latencyMs++) tally.add({ ...record, latencyMs });
    tally.add({
      ...record,
      status: 'inactive',
      failure: 'refused',
      blame: 'proxy',
      latencyMs: 9_999,
    });
    expect(tally.summary()).toMatchObject({
      checked: 201,
      latencyMs: { p50: 100, p95: 190, p99: 198 },
      failures: [{ code: 'refused', blame: 'proxy', count: 1 }],
    });
  });

  it('has no percentiles without a healthy result', () => {
    expect(new RunTally().summary().latencyMs).toEqual({ p50: null, p95: null, p99: null });
  });
});
