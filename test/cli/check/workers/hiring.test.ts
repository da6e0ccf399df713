import { describe, expect, it } from 'vitest';
import { Hiring, type Look } from '../../../../src/cli/check/workers/hiring.ts';

/** A run that is looked at every 100 ms. Its threads probe as fast as `rateOf` says. */
class Run {
  readonly hiring: Hiring;
  readonly rateOf: (threads: number) => number;
  readonly length: number;
  readonly advice: string[] = [];
  threads = 1;
  #nowMs = 0;
  #ended = 0;
  #cpuMs = 0;

  constructor(most: number, rateOf: (threads: number) => number, length = 1_000_000) {
    this.hiring = new Hiring(most);
    this.rateOf = rateOf;
    this.length = length;
  }

  /** Passes the time; `isPaced` tells whether the pace holds probes back. */
  pass(
    seconds: number,
    look: Partial<Pick<Look, 'isPaced' | 'areReady'>> & { cpuShare?: number } = {},
  ): this {
    for (let looks = 0; looks < seconds * 10; looks += 1) {
      this.#nowMs += 100;
      this.#ended += this.rateOf(this.threads) / 10;
      this.#cpuMs += (look.cpuShare ?? 1) * 75;
      const advice = this.hiring.look({
        nowMs: this.#nowMs,
        ended: this.#ended,
        remaining: this.length - this.#ended,
        isPaced: true,
        ratePerSecond: this.rateOf(1),
        busyMs: 0.75 * this.#nowMs,
        cpuMs: this.#cpuMs,
        areReady: true,
        ...look,
      });
      if (!advice) continue;
      this.threads += advice === 'hire' ? 1 : -1;
      this.advice.push(`${Math.floor(this.#nowMs / 1000)} s: ${advice}`);
    }
    return this;
  }
}

const linear = (threads: number) => 1_000 * threads;
const flat = () => 1_000;

describe('Hiring', () => {
  it('hires another thread when the pace holds probes back for a while', () => {
    expect(new Run(2, linear).pass(0.7).advice).toEqual([]);
    expect(new Run(2, linear).pass(1).advice).toEqual(['0 s: hire']);
  });

  it('hires none while the list or the limits hold probes back', () => {
    const run = new Run(2, linear);
    for (let second = 0; second < 20; second += 1) {
      run.pass(0.5).pass(0.5, { isPaced: false });
    }
    expect(run.advice).toEqual([]);
  });

  it('hires none while other programs have the cores', () => {
    expect(new Run(2, linear).pass(20, { cpuShare: 0.7 }).advice).toEqual([]);
  });

  it('benches a thread when other programs come to use its core, and tries it again', () => {
    const run = new Run(2, linear).pass(60);
    expect(run.pass(3, { cpuShare: 0.5 }).threads).toBe(1);
    expect(run.pass(40).threads).toBe(2);
  });

  it('benches one that crowds the others, whatever it gains', () => {
    const run = new Run(2, linear).pass(1.5).pass(3, { cpuShare: 0.5 });
    expect(run.pass(2).advice.at(-1)).toContain('bench');
  });

  it('hires none for a list that ends soon', () => {
    expect(new Run(2, linear, 3_000).pass(3).advice).toEqual([]);
  });

  it('hires no more threads than it may', () => {
    expect(new Run(1, linear).pass(60).threads).toBe(1);
    expect(new Run(3, linear).pass(60).threads).toBe(3);
  });

  it('keeps a thread that pays, after a look at the rate without it', () => {
    const run = new Run(2, linear).pass(60);
    expect(run.advice).toEqual(['0 s: hire', '2 s: bench', '3 s: hire']);
  });

  it('benches one that does not pay, and tries it again after pauses that double', () => {
    const run = new Run(2, flat).pass(100);
    expect(run.threads).toBe(1);
    const hires = run.advice.filter((each) => each.endsWith('hire')).map(Number.parseFloat);
    const pauses = hires.slice(1).map((at, index) => at - (hires[index] ?? 0));
    expect(hires).toHaveLength(3);
    expect(pauses[0]).toBeGreaterThanOrEqual(15);
    expect(pauses[1]).toBeGreaterThanOrEqual(30);
  });

  it('does not judge a thread that has not loaded', () => {
    expect(new Run(2, flat).pass(1).pass(30, { areReady: false }).threads).toBe(2);
  });

  it('spares a list that ends soon the look without the thread', () => {
    expect(new Run(2, linear, 8_000).pass(5).advice).toEqual(['0 s: hire']);
  });
});
