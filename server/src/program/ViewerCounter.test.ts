import { expect, it } from 'vitest';
import { ViewerCounter } from './ViewerCounter.js';

it('[AUD-01] counts players by protocol and the people in the room once each, and remembers the peak', () => {
  let players: Record<string, number> = { hls: 3, wsFlv: 2, whep: 0 };
  let inRoom = 1;
  const counter = new ViewerCounter({ players: () => players, inRoom: () => inRoom });
  expect(counter.read()).toEqual({ total: 6, peak: 6, byProtocol: { room: 1, hls: 3, wsFlv: 2 } });
  players = { flv: 1 };
  inRoom = 0;
  expect(counter.read()).toEqual({ total: 1, peak: 6, byProtocol: { flv: 1 } });
});
