import { defaultScene, patchScene, resolveProfile, type Profile, type Scene, type ScenePatch } from '@lianmai/protocol';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { useActions, useRunWithToast } from '../../bindings';
import { useRoom } from '../../state';

interface Draft {
  scene: Scene;
  profile: Profile;
}

/** The settings of the next program. While on air, the program's own settings apply instead. */
const draft = createStore<Draft>(() => ({ scene: defaultScene(), profile: resolveProfile() }));

export const isOnAir = (state: string | undefined): boolean => state === 'starting' || state === 'live' || state === 'stopping';

/** The scene on air, or the drafted one. A change goes on air at once, or waits in the draft. */
export function useScene(): { scene: Scene; setScene: (patch: ScenePatch) => void } {
  const actions = useActions();
  const run = useRunWithToast();
  const drafted = useStore(draft, (now) => now.scene);
  const onAir = useRoom((room) => (isOnAir(room.program?.state) ? room.program?.scene : undefined));
  const setScene = (patch: ScenePatch) => {
    // The draft follows, so that the next program starts the way this one looked.
    draft.setState(({ scene }) => ({ scene: patchScene(onAir ?? scene, patch) }));
    if (onAir) run(actions.setScene(patch));
  };
  return { scene: onAir ?? drafted, setScene };
}

/** The profile on air, or the one chosen for the next program. */
export function useProfile(): { profile: Profile; chosen: Profile; setProfile: (patch: Partial<Profile>) => void } {
  const chosen = useStore(draft, (now) => now.profile);
  const onAir = useRoom((room) => (isOnAir(room.program?.state) ? room.program?.profile : undefined));
  const setProfile = (patch: Partial<Profile>) =>
    draft.setState(({ profile }) => {
      // Another size brings its own bit rate.
      const base =
        patch.name && patch.name !== profile.name ? { ...profile, videoBitrateKbps: resolveProfile(patch.name).videoBitrateKbps } : profile;
      return { profile: { ...base, ...patch } };
    });
  return { profile: onAir ?? chosen, chosen, setProfile };
}

export const draftedScene = (): Scene => draft.getState().scene;
