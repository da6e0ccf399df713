import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { FUNCTION_NAMES } from '../functions/environment.ts';
import { BUNDLE_DIR } from './function-code.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** CommonJS packages inside an ES module bundle still call `require`. The name is no one else's. */
export const REQUIRE_BANNER =
  "import { createRequire as bannerRequire } from 'node:module'; const require = bannerRequire(import.meta.url);";

/**
 * Makes a bundle `require` what it imports of Node. The import of an ES module reads every export
 * of a built-in module, and one of `node:http` is a WebSocket, for which Node loads a whole HTTP
 * client of its own. `require` reads an export when it is used.
 */
export const requireBuiltIns: Plugin = {
  name: 'require-built-ins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path, kind }) => {
      const imports = kind === 'import-statement' || kind === 'dynamic-import';
      return imports && isBuiltin(path) ? { path, namespace: 'built-in' } : null;
    });
    onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Bundles of undici no more than its `Client` over HTTP/1.1, which is all that the checker uses: the
 * rest takes longer to load than everything else in it. undici knows Nodes without HTTP/2.
 */
const clientAlone: Plugin = {
  name: 'client-alone',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'client', namespace: 'undici' }));
    onLoad({ filter: /.*/, namespace: 'undici' }, () => ({
      contents: "export { default as Client } from 'undici/lib/dispatcher/client.js';",
      resolveDir: ROOT,
    }));
    onResolve({ filter: /^node:http2$/ }, ({ importer }) =>
      importer.includes('undici') ? { path: 'http2', namespace: 'absent' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({
      contents: `throw new Error('${path} is not in this bundle');`,
    }));
  },
};

/**
 * Leaves the SDK the credentials in the environment, which is where Lambda puts a function's
 * ("Defined runtime environment variables"). The other sources, such as profiles, single sign-on
 * and roles to assume, are a quarter of the code.
 */
const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: 'environment',
      namespace: 'credentials',
    }));
    onLoad({ filter: /.*/, namespace: 'credentials' }, () => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: ROOT,
    }));
  },
};

/** Keeps positions in stack traces useful, and the source line of an uncaught error short. */
const MAX_LINE_LENGTH = 160;

/**
 * Bundles every function with one esbuild call. The bundles include the SDK, which makes cold starts
 * faster than the runtime's own SDK. Names are kept so that stack traces and error names are readable
 * without source maps. An unchanged bundle is not written again so that two apps can be synthesized
 * side by side.
 *
 * @returns what went into each bundle
 */
export async function bundleFunctions(): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(
      FUNCTION_NAMES.map((name) => [`${name}/index`, `functions/${name}/index.ts`]),
    ),
    outdir: BUNDLE_DIR,
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The bundles are the same wherever node_modules really lies.
    preserveSymlinks: true,
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: MAX_LINE_LENGTH,
    legalComments: 'none',
    banner: { js: REQUIRE_BANNER },
    plugins: [environmentCredentials, clientAlone, requireBuiltIns],
    logLevel: 'warning',
  });
  await Promise.all(outputFiles.map(({ path, contents }) => writeIfChanged(path, contents)));
  return metafile;
}

async function writeIfChanged(path: string, contents: Uint8Array): Promise<void> {
  const current = await readFile(path).catch(() => null);
  if (current?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const draft = join(BUNDLE_DIR, `.${process.pid}-${basename(dirname(path))}`);
  await writeFile(draft, contents);
  await rename(draft, path);
}
