import type { LianmaiError } from '@lianmai/protocol';
import type { NextFunction, Request, Response } from 'express';

/** Playlists belong to one viewer, because the gate admits each viewer separately. */
export const PLAYLIST_HEADERS = { 'Content-Type': 'application/vnd.apple.mpegurl', 'Cache-Control': 'private, no-store' };

/** Segment names are random and never reused, so any cache may keep them for all viewers. */
export const SEGMENT_HEADERS = { 'Cache-Control': 'public, max-age=86400, immutable' };

export const FLV_HEADERS = { 'Content-Type': 'video/x-flv', 'Cache-Control': 'no-store' };

export const POSTER_HEADERS = { 'Content-Type': 'image/jpeg', 'Cache-Control': 'public, max-age=5' };

/** Errors, including those that reject a WebSocket upgrade. */
export const ERROR_HEADERS = { 'Cache-Control': 'no-store' };

/** RFC 9110 10.2.3, in seconds. */
export function retryAfter({ details }: LianmaiError): Record<string, string> {
  const retryAfterMs = details?.['retryAfterMs'];
  return typeof retryAfterMs === 'number' ? { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) } : {};
}

/** Players on any page may fetch media, and no response depends on cookies. */
export const CORS_HEADERS = { 'Access-Control-Allow-Origin': '*' };

/** Sets the headers that every response has, and answers CORS preflight requests. */
export function commonHeaders(request: Request, response: Response, next: NextFunction): void {
  response.set({
    ...CORS_HEADERS,
    'Access-Control-Expose-Headers': 'Date, X-Stream-State',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  if (request.method !== 'OPTIONS') {
    next();
    return;
  }
  response.set({
    'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Max-Age': '86400',
  });
  response.status(204).end();
}
