/**
 * The floor of a stage's audience: a bare socket.io server that sends each chat message to everybody, gathered for 100 ms as the product does, and does nothing
 * else. Run as `node floorProcess.ts PORT`.
 */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const BATCH_MS = 100;

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
let batch: object[] = [];
io.on('connection', (socket) => {
  socket.on('request', ({ name, data }: { name: string; data: { text: string } }, reply: (answer: object) => void) => {
    reply({ ok: true, data: {} });
    if (name !== 'sendChat') return;
    if (batch.length === 0)
      setTimeout(() => {
        io.emit('event', { name: 'chatBatch', data: { changes: batch } });
        batch = [];
      }, BATCH_MS);
    batch.push({
      type: 'said',
      message: {
        id: crypto.randomUUID(),
        participantId: crypto.randomUUID(),
        name: 'viewer 1000',
        role: 'viewer',
        ...data,
        atMs: Date.now(),
      },
    });
  });
});
http.listen(Number(process.argv[2]), () => console.log('ready'));
