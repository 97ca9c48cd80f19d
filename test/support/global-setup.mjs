/** Jest loads this file as it is; the TypeScript it needs is loaded by Node, through the loader. */
import './typescript-loader.mjs';

export default async function setUp() {
  const { startTestServer } = await import('./test-server.ts');
  globalThis.stagelineTestServer = await startTestServer();
}
