export {
  createTestAuthority,
  type IssueOptions,
  type ServerCertificate,
  type TestAuthority,
} from './certificates.ts';
export { findDeadPort } from './dead-port.ts';
export { type DemoFleet, type DemoMember, type DemoRole, startDemoFleet } from './demo-fleet.ts';
export {
  FleetBehaviour,
  type FleetCredentials,
  FleetProxy,
  type FleetProxyOptions,
} from './fleet-proxy.ts';
export { startHttpProxy, startHttpsProxy } from './http-proxy.ts';
export { LOOPBACK, LoopbackServer, type RemoteEndpoint } from './loopback-server.ts';
export { startSocks4Proxy, startSocks5Proxy } from './socks-proxy.ts';
export {
  startTarget,
  Target,
  type TargetAnswer,
  type TargetOptions,
  type TargetRequest,
} from './target.ts';
