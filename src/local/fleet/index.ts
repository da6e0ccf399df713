export {
  createTestAuthority,
  type IssueOptions,
  type ServerCertificate,
  type TestAuthority,
} from './certificates.ts';
export { findDeadPort } from './dead-port.ts';
export { type DemoFleet, type DemoRole, startDemoFleet } from './demo-fleet.ts';
export {
  type FleetCredentials,
  FleetProxy,
  type FleetProxyOptions,
} from './fleet-proxy.ts';
export { LOOPBACK } from './fleet-server.ts';
export { startHttpProxy, startHttpsProxy } from './http-proxy.ts';
export { startSocks4Proxy, startSocks5Proxy } from './socks-proxy.ts';
export {
  startTarget,
  Target,
  type TargetOptions,
} from './target.ts';
