/** The bottom of a room: microphone, camera, screen, panels, settings, leaving. The same for guests and for the host. */
export { Dock, type DrawerName } from './Dock';
