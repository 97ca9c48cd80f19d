export default async function tearDown() {
  await globalThis.stagelineTestServer.stop();
}
