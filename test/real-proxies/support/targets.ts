import {
  findDeadPort,
  LOOPBACK,
  startTarget,
  type Target,
  type TestAuthority,
} from '../../../src/local/fleet/index.ts';

/** The schemes a target may have. */
export type TargetScheme = 'http' | 'https';

/** The paths of every target. */
export const TargetPath = {
  ok: '/',
  noContent: '/no-content',
  busy: '/busy',
  redirect: '/redirect',
} as const;

/** The targets of the suite, by what is wrong with them. */
export interface Targets {
  readonly good: Record<TargetScheme, Target>;
  /** As good, but at a port that the proxies' access rules deny. */
  readonly denied: Record<TargetScheme, Target>;
  readonly expired: Target;
  readonly selfSigned: Target;
  readonly wrongName: Target;
  /** A port that nothing listens on. */
  readonly downPort: number;
  readonly all: readonly Target[];
}

const ANSWERS = {
  [TargetPath.noContent]: { statusCode: 204, body: '' },
  [TargetPath.busy]: { statusCode: 503 },
  [TargetPath.redirect]: { statusCode: 302, headers: { location: TargetPath.ok } },
} as const;

/** Starts every target. */
export async function startTargets(authority: TestAuthority): Promise<Targets> {
  const names = ['localhost', LOOPBACK];
  const certificate = await authority.issue({ names });
  const plain = () => startTarget({ paths: ANSWERS });
  const secure = (tls = certificate) => startTarget({ paths: ANSWERS, tls });
  const [http, https, deniedHttp, deniedHttps, expired, selfSigned, wrongName] = await Promise.all([
    plain(),
    secure(),
    plain(),
    secure(),
    secure(await authority.issue({ names, expired: true })),
    secure(await authority.issue({ names, selfSigned: true })),
    secure(await authority.issue({ names: ['elsewhere.test'] })),
  ]);
  return {
    good: { http, https },
    denied: { http: deniedHttp, https: deniedHttps },
    expired,
    selfSigned,
    wrongName,
    downPort: await findDeadPort(),
    all: [http, https, deniedHttp, deniedHttps, expired, selfSigned, wrongName],
  };
}
