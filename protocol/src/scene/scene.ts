import { z } from 'zod';
import { AssetId, SourceId } from '../ids.js';

/**
 * auto: `screen` while a screen is shared, otherwise `grid`. spotlight: one source fills the picture. screen: the share large, people in
 * a strip. pip: one source fills the picture, the others are small in a corner. side-by-side: two halves.
 */
export const LayoutName = z.enum(['auto', 'grid', 'spotlight', 'screen', 'pip', 'side-by-side']);
export type LayoutName = z.infer<typeof LayoutName>;

export const HexColour = z
  .string()
  .max(7)
  .regex(/^#[0-9a-fA-F]{6}$/, 'expected a colour like #1a2b3c');
export const Corner = z.enum(['top-left', 'top-right', 'bottom-left', 'bottom-right']);
export type Corner = z.infer<typeof Corner>;

export const MAX_TILES = 9;

/** The program's picture as versioned data. Changes are atomic. */
export const Scene = z.object({
  layout: LayoutName.default('auto'),
  /** The main source of spotlight, pip, screen and side-by-side. Falls back to the first in order when absent or gone. */
  focus: SourceId.nullable().default(null),
  /** These sources come first, in this order; the rest follow in order of arrival on stage. */
  order: z.array(SourceId).max(64).default([]),
  /** In neither the picture nor the sound. */
  hidden: z.array(SourceId).max(64).default([]),
  background: z.object({ colour: HexColour.default('#101114'), image: AssetId.nullable().default(null) }).prefault({}),
  logo: z
    .object({
      image: AssetId,
      corner: Corner.default('top-right'),
      /** Fraction of the picture's height. */ height: z.number().min(0.03).max(0.3).default(0.09),
    })
    .nullable()
    .default(null),
  showNames: z.boolean().default(true),
});
export type Scene = z.infer<typeof Scene>;

/** Missing fields stay unchanged. */
export const ScenePatch = z.object({
  layout: LayoutName.optional(),
  focus: SourceId.nullable().optional(),
  order: z.array(SourceId).max(64).optional(),
  hidden: z.array(SourceId).max(64).optional(),
  background: z.object({ colour: HexColour.optional(), image: AssetId.nullable().optional() }).optional(),
  logo: z
    .object({ image: AssetId, corner: Corner.default('top-right'), height: z.number().min(0.03).max(0.3).default(0.09) })
    .nullable()
    .optional(),
  showNames: z.boolean().optional(),
});
export type ScenePatch = z.infer<typeof ScenePatch>;

export const defaultScene = (): Scene => Scene.parse({});

export function patchScene(scene: Scene, patch: ScenePatch): Scene {
  return Scene.parse({ ...scene, ...dropUndefined(patch), background: { ...scene.background, ...dropUndefined(patch.background ?? {}) } });
}

function dropUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** A source from the layout's point of view. */
export interface SceneSource {
  id: SourceId;
  kind: 'camera' | 'screen';
}
