/**
 * The floor for Node and the kernel: a server that writes the same bytes at the same pace to as many sockets and does nothing else.
 * `node floorProcess.ts CLIP BATCH_MS`; prints its port.
 */
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';

const [clip = '', batchMs = '100'] = process.argv.slice(2);
const FILE_HEADER_BYTES = 13;
const TAG_BYTES_WITHOUT_BODY = 15;

function batchesOf(file: Buffer): Buffer[] {
  const batches: Buffer[] = [];
  let from = FILE_HEADER_BYTES;
  let endsAtMs = Number(batchMs);
  for (let at = from; at + TAG_BYTES_WITHOUT_BODY <= file.length; at += TAG_BYTES_WITHOUT_BODY + file.readUIntBE(at + 1, 3)) {
    const dtsMs = file.readUIntBE(at + 4, 3);
    if (dtsMs < endsAtMs) continue;
    batches.push(Buffer.from(file.subarray(from, at)));
    from = at;
    endsAtMs = dtsMs + Number(batchMs);
  }
  return batches;
}

const file = readFileSync(clip);
const batches = batchesOf(file);
const sockets = new Set<Socket>();
let next = 0;
setInterval(() => {
  const batch = batches[next++ % batches.length];
  if (batch) for (const socket of sockets) socket.write(batch);
}, Number(batchMs));

const server = createServer({ highWaterMark: 256 * 1024, noDelay: true }, (socket) => {
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.write(file.subarray(0, FILE_HEADER_BYTES));
    sockets.add(socket);
  });
}).listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
