/**
 * One keep-alive HTTP/1.1 connection that sends a request and waits for its answer: just what the two services answer, so that little of
 * the machine goes to the client.
 */
import { connect } from 'node:net';

const END_OF_HEAD = '\r\n\r\n';

export async function openConnection(url) {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let pending = null;
  let received = Buffer.alloc(0);
  const fail = (error) => pending?.reject(error);
  socket.on('error', fail).on('close', () => fail(new Error('The service closed the connection.')));
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = answerIn(received);
    if (answer === null) return;
    received = received.subarray(answer.size);
    pending.resolve(answer);
  });
  /** Answers `{ status, body }`, the body as text; fails on any status but 2xx. */
  const post = async (path, body, headers = '') => {
    const text = JSON.stringify(body);
    const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n${headers}`;
    const answered = new Promise((resolve, reject) => (pending = { resolve, reject }));
    socket.write(`${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    const answer = await answered;
    if (answer.status < 200 || answer.status > 299) throw new Error(`${path}: ${answer.status} ${answer.body()}`);
    return answer;
  };
  return { post, close: () => socket.destroy() };
}

/** The answer, once it is there whole. */
function answerIn(received) {
  const headEnd = received.indexOf(END_OF_HEAD);
  if (headEnd < 0) return null;
  const head = received.toString('latin1', 0, headEnd);
  const [, length] = /content-length: (\d+)/i.exec(head) ?? [];
  if (length === undefined) throw new Error(`An answer without a length: ${head}`);
  const begin = headEnd + END_OF_HEAD.length;
  const size = begin + Number(length);
  if (received.length < size) return null;
  return { size, status: Number(head.slice(9, 12)), body: () => received.toString('utf8', begin, size) };
}
