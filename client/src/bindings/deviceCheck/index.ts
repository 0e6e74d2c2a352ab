/** Seeing and hearing yourself before others do: in the lobby, and before coming on stage. */
export { Preview } from './Preview';
export { useDeviceCheck, type DeviceCheck } from './useDeviceCheck';
