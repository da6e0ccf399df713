import * as z from 'zod';
import { Blame, type FailureCode } from '../../../health/failure.ts';
import { SweepState } from '../../../model/sweep.ts';

// The part of the API's answers that the command line reads; loose objects pass other fields on.

export const poolViewSchema = z.looseObject({
  pool: z.string(),
  intervalSeconds: z.number().nullable(),
  runningSweepId: z.string().nullable(),
  lastSweepId: z.string().nullable(),
  deletingSince: z.string().nullable(),
});
export type PoolView = z.infer<typeof poolViewSchema>;

export const poolListSchema = z.looseObject({
  pools: z.array(poolViewSchema),
  next: z.string().optional(),
});

export const importAnswerSchema = z.object({
  rejected: z.number(),
  duplicate: z.number(),
  ignoredColumns: z.array(z.string()),
  added: z.number(),
  existing: z.number(),
  rejections: z.array(
    z.object({ line: z.number(), reason: z.string(), detail: z.string(), text: z.string() }),
  ),
  lines: z.array(z.object({ line: z.number(), proxyId: z.string() })).optional(),
});
export type ImportAnswer = z.infer<typeof importAnswerSchema>;

export const sweepStartedSchema = z.looseObject({
  sweepId: z.string(),
  pool: z.string(),
  batches: z.number(),
  state: z.string(),
});
export type SweepStarted = z.infer<typeof sweepStartedSchema>;

export const proxyViewSchema = z.looseObject({
  proxyId: z.string(),
  proxy: z.string(),
  status: z.string(),
  statusSince: z.string(),
  maxConcurrency: z.number().nullable(),
  leases: z.array(z.looseObject({ consumer: z.string() })),
  lastResult: z.looseObject({ latencyMs: z.number(), failure: z.string().nullable() }).nullable(),
});
export type ProxyReply = z.infer<typeof proxyViewSchema>;

export const proxyPageSchema = z.looseObject({
  proxies: z.array(proxyViewSchema),
  next: z.string().optional(),
});

/** A lease as a renewal answers it: without the proxy's URL. */
export const leaseViewSchema = z.looseObject({
  leaseId: z.string(),
  pool: z.string(),
  consumer: z.string(),
  proxyId: z.string(),
  protocol: z.string(),
  acquiredAt: z.string(),
  expiresAt: z.string(),
  leaseSeconds: z.number(),
});
export type LeaseView = z.infer<typeof leaseViewSchema>;

/** A lease as acquiring answers it; `proxy` is a URL with the password. */
export const acquiredLeaseSchema = leaseViewSchema.extend({ proxy: z.string() });
export type AcquiredLease = z.infer<typeof acquiredLeaseSchema>;

export const redriveAnswerSchema = z.object({ moved: z.number(), more: z.boolean() });
export type RedriveAnswer = z.infer<typeof redriveAnswerSchema>;

const count = z.number();

const percentile = z.number().nullable();

/** The part of `GET /sweeps/{id}` that the command line reads. */
export const sweepReplySchema = z.looseObject({
  sweepId: z.string(),
  poolName: z.string(),
  state: z.enum(SweepState),
  startedAt: z.string(),
  closedAt: z.string().nullable(),
  batches: z.object({ total: count, recorded: count, late: count, missing: z.array(z.string()) }),
  totals: z.object({
    active: count,
    slow: count,
    inactive: count,
    inconclusive: count,
    /** Absent in answers of an earlier version. */
    skipped: count.default(0),
  }),
  latencyMs: z.object({ p50: percentile, p95: percentile, p99: percentile }),
  failures: z.array(
    z.object({
      code: z.string().transform((code) => code as FailureCode),
      blame: z.enum(Blame),
      count,
    }),
  ),
  bytes: count,
});

export type SweepReply = z.infer<typeof sweepReplySchema>;
