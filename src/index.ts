/** The library: everything needed to probe, sweep and account for proxies, without AWS. */
export { type Clock, systemClock } from './clock.ts';
export {
  BusyError,
  ConflictError,
  IncompatibleError,
  type InputIssue,
  InvalidInputError,
  LeaseEndedError,
  LighthouseError,
  NoProxyAvailableError,
  NotFoundError,
} from './errors.ts';
export type { ControlOutcome } from './health/control-probe.ts';
export {
  Blame,
  describeFailure,
  type FailureCode,
  type FailureDescription,
  listFailures,
} from './health/failure.ts';
export type { HealthCheckOptions } from './health/health-check-options.ts';
export {
  type HealthCheckResult,
  isConclusive,
  isHealthy,
  Phase,
  type PhaseTimings,
  Verdict,
} from './health/health-check-result.ts';
export type { HealthCheckStrategy } from './health/health-check-strategy.ts';
export {
  type CheckProxyRequest,
  HealthChecker,
  type HealthCheckerOptions,
  type StreamRequest,
} from './health/health-checker.ts';
export {
  applyVerdict,
  ProxyStatus,
  type RiseFall,
  type StatusState,
  type Streak,
} from './health/rise-fall.ts';
export { DEFAULT_TARGET_URL } from './health/schema/options-schema.ts';
export { parseHealthCheckOptions } from './health/schema/parse-options.ts';
export {
  ProbeWindow,
  type ProbeWindowOptions,
  type ProbeWindowStatistics,
} from './health/window/probe-window.ts';
export type { LeaseCandidate } from './leases/acquire/candidate.ts';
export type { ProxyFilters } from './leases/acquire/proxy-filters.ts';
export { type ProxySelector, SELECTORS, type SelectorName } from './leases/acquire/selectors.ts';
export {
  type AcquireHealthyRequest,
  acquireHealthyProxy,
  type HealthyLease,
} from './leases/acquire-healthy-proxy.ts';
export type { LeaseUse, UseFunction } from './leases/hold/use-lease.ts';
export { formatLeasedUrl, type Lease, type LeaseReference } from './leases/lease.ts';
export type { LeaseReport } from './leases/lease-report.ts';
export type { AcquireRequest } from './leases/lease-request.ts';
export {
  type LeasedDispatcherOptions,
  leasedAgent,
  leasedDispatcher,
} from './leases/leased-agent.ts';
export type { ManagerOptions } from './leases/manager-options.ts';
export { ProxyManager, type UseRequest } from './leases/proxy-manager.ts';
export type { LeaseAcquired, LeaseListener, LeaseReleased } from './leases/watch/lease-events.ts';
export type { BackOff } from './model/back-off.ts';
export type { BatchResult, StoredResult } from './model/batch-result.ts';
export { EventType } from './model/event-names.ts';
export type { LeaseFigures, PoolStatistics } from './model/lease-figures.ts';
export { DEFAULT_LEASING, type LeasingSettings } from './model/leasing-settings.ts';
export type { Pool, PoolPolicy } from './model/pool.ts';
export type { ProxyRow } from './model/proxy-row.ts';
export { LeaseOutcome, type UseCounts } from './model/proxy-row.ts';
export { type ResultRecord, toResultRecord } from './model/result-record.ts';
export { type BatchCounts, type BatchMessage, type Sweep, SweepState } from './model/sweep.ts';
export { DEFAULT_SWEEP_LIMITS, type SweepLimits } from './model/sweep-limits.ts';
export { setMaxConcurrency } from './pools/edit-proxy.ts';
export { type ImportOptions, type ImportReport, importProxies } from './pools/import-proxies.ts';
export { type HistoryRecord, readProxyHistory } from './pools/proxy-history.ts';
export {
  type ProxyView,
  readProxyView,
  readProxyViews,
  type ViewPage,
  type ViewQuery,
} from './pools/proxy-views.ts';
export { createPool, type PoolDependencies, putPool } from './pools/put-pool.ts';
export { type AddressRefusal, refuseAddress, refusePort } from './proxies/address-policy.ts';
export { Credentials } from './proxies/credentials.ts';
export {
  BuiltInProtocol,
  formatHostPort,
  formatRedactedUrl,
  type ProxyEndpoint,
  type ProxyLabels,
  type ProxyTags,
} from './proxies/endpoint.ts';
export type { ListEntry } from './proxies/list-entry.ts';
export { toListEntryJson } from './proxies/list-entry.ts';
export {
  type ListFormat,
  type ListOptions,
  type ListSource,
  parseProxyList,
} from './proxies/list-parser.ts';
export { type ListCounts, ListTally } from './proxies/list-tally.ts';
export {
  createProxy,
  createSalt,
  type PoolSalt,
  type Proxy,
} from './proxies/proxy.ts';
export { RejectionReason } from './proxies/rejection.ts';
export { MemoryStorage } from './storage/memory-storage.ts';
export type { RowPage, RowQuery, StatusWrite } from './storage/proxy-storage.ts';
export type { Storage } from './storage/storage.ts';
export type {
  BatchOutcome,
  CheckDependencies,
  CheckInvocation,
} from './sweeps/check/batch-checker.ts';
export { checkBatches } from './sweeps/check/check-batches.ts';
export {
  HealthCheckOrchestrator,
  type OrchestratorOptions,
} from './sweeps/check/health-check-orchestrator.ts';
export type {
  ProxyStatusChanged,
  PublishEvents,
  SweepEvent,
  SweepFinished,
} from './sweeps/record/sweep-events.ts';
export { readSweepReport, type SweepReport } from './sweeps/report/sweep-report.ts';
export {
  type ResultQuery,
  readSweepResults,
  streamSweepResults,
} from './sweeps/report/sweep-results.ts';
export { type DispatchDependencies, dispatchSweep } from './sweeps/start/dispatch-sweep.ts';
export { runTick, type TickDependencies, type TickEntry } from './sweeps/start/run-tick.ts';
export {
  type StartDependencies,
  type SweepRequest,
  startSweep,
} from './sweeps/start/start-sweep.ts';
