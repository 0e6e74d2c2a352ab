/** For tests of this folder and of rooms: a room without people, and real programs on bridges that make no picture. */
export { BY_API, camera, FakeRoom } from './FakeRoom.js';
export { setUpPrograms } from './setUpPrograms.js';
export { codeOf, KEY, onAir, RTMP, until } from './onAir.js';
