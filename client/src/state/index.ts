/**
 * The page's knowledge: the room (written by the session through pure reducers), what this browser remembers, and which devices it has.
 * This folder does not use the network.
 */
export type * from './AudienceActions';
export type * from './RoomActions';
export type * from './RoomState';
export { applyAudienceEvent, applyAudienceSnapshot } from './audienceReducers';
export { getAudienceStore, resetAudience, useAudience, type Attendance, type StageNews } from './audienceStore';
export { refreshDevices, useDevices, type DeviceChoice, type DeviceList } from './devices';
export { getPreferences, setPreferences, subscribePreferences, usePreferences, type Preferences } from './preferences';
export { isRestarting } from './programState';
export { randomId } from './randomId';
export { addNotice, applyEvent, applySnapshot } from './roomReducers';
export { getRoomStore, initialRoomState, useRoom } from './roomStore';
