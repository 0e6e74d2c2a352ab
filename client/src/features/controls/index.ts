/** The bottom of a room: microphone, camera, screen, panels, settings and leaving. The same for guests and the host. */
export { Dock, type DrawerName } from './Dock';
