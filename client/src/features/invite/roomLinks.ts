export const roomLink = (room: string): string => `${location.origin}/r/${encodeURIComponent(room)}`;
export const watchLink = (room: string): string => `${location.origin}/watch/${encodeURIComponent(room)}`;
