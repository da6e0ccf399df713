import * as z from 'zod/mini';
import { leaseReportSchema } from '../../../src/leases/lease-report.ts';
import {
  acquireRequestSchema,
  leaseSecondsSchema,
  selectorNames,
} from '../../../src/leases/lease-request.ts';

const { consumerName, leaseSeconds, filters, allowSlow, allowUnknown, notBlockedOn } =
  acquireRequestSchema.shape;

/** The `idempotency-key` header of an acquisition. */
export const leaseKeySchema = acquireRequestSchema.shape.idempotencyKey;

/** The body of `POST /pools/{pool}/leases`. */
export const acquireSchema = z.strictObject({
  consumer: consumerName,
  leaseSeconds,
  filters,
  selector: z._default(z.enum(selectorNames), 'random'),
  allowSlow,
  allowUnknown,
  notBlockedOn,
});
export type AcquireBody = z.output<typeof acquireSchema>;

/** The body of `PATCH /pools/{pool}/leases/{leaseId}`. */
export const renewSchema = z.strictObject({ leaseSeconds: z.optional(leaseSecondsSchema) });

/** The query of `DELETE /pools/{pool}/leases/{leaseId}`. */
export const releaseQuerySchema = z
  .strictObject({
    outcome: z.optional(leaseReportSchema.shape.outcome),
    /** The target the outcome is about. */
    host: leaseReportSchema.shape.targetHost,
  })
  .check(
    z.refine(({ outcome, host }) => outcome !== undefined || host === undefined, {
      error: 'says what an outcome is about; give an outcome too',
      path: ['host'],
    }),
  );
