import { z } from 'zod';
import type { Size } from './layout.js';

export const ProfileName = z.enum(['480p', '720p', '1080p']);
export type ProfileName = z.infer<typeof ProfileName>;
export const Orientation = z.enum(['landscape', 'portrait']);
export const X264Preset = z.enum(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium']);
/** Hardware encoders are available if the bridge's FFmpeg and machine support them. */
export const EncoderName = z.enum(['x264', 'nvenc', 'qsv', 'vaapi', 'videotoolbox']);
export type EncoderName = z.infer<typeof EncoderName>;

/** Complete, numeric encoding settings for the program. Always 30 frames a second and 48 kHz stereo. */
export const Profile = z.object({
  name: ProfileName,
  orientation: Orientation,
  videoBitrateKbps: z.number().int().min(200).max(20_000),
  audioBitrateKbps: z.number().int().min(32).max(320),
  preset: X264Preset,
  encoder: EncoderName,
});
export type Profile = z.infer<typeof Profile>;

/** A profile name, or any of its fields. */
export const ProfileRequest = z.union([ProfileName, Profile.partial()]);
export type ProfileRequest = z.infer<typeof ProfileRequest>;

export const FPS = 30;
export const AUDIO_RATE = 48_000;
export const SAMPLES_PER_TICK = AUDIO_RATE / FPS;

const SIZES: Record<ProfileName, { long: number; short: number; videoBitrateKbps: number }> = {
  '480p': { long: 854, short: 480, videoBitrateKbps: 1200 },
  '720p': { long: 1280, short: 720, videoBitrateKbps: 2500 },
  '1080p': { long: 1920, short: 1080, videoBitrateKbps: 4500 },
};

export function resolveProfile(request: ProfileRequest = '720p'): Profile {
  const fields = typeof request === 'string' ? { name: request } : request;
  const name = fields.name ?? '720p';
  return {
    name,
    orientation: fields.orientation ?? 'landscape',
    videoBitrateKbps: fields.videoBitrateKbps ?? SIZES[name].videoBitrateKbps,
    audioBitrateKbps: fields.audioBitrateKbps ?? 128,
    preset: fields.preset ?? 'superfast',
    encoder: fields.encoder ?? 'x264',
  };
}

export function canvasOf(profile: Pick<Profile, 'name' | 'orientation'>): Size {
  const { long, short } = SIZES[profile.name];
  return profile.orientation === 'landscape' ? { width: long, height: short } : { width: short, height: long };
}
