import type { ParticipantId } from '@lianmai/protocol';

/** Gaps between words: a speaker stays active through a silence of this length, ms. */
export const SPEAKER_HOLD_MS = 1500;
/** A speaker on another router must be this much louder to take over; within one router, mediasoup's own detector decides. */
const LOUDER_DB = 4;

export type LevelMap = ReadonlyMap<ParticipantId, number>;

interface RouterSpeech {
  levels: LevelMap;
  dominant: ParticipantId | null;
}

/** Merges the observers of a room's routers into one list of levels and one active speaker. Pure: the caller supplies the time. */
export class Speakers {
  readonly #routers = new Map<object, RouterSpeech>();
  #active: ParticipantId | null = null;
  #lastHeardMs = Number.NEGATIVE_INFINITY;

  setLevels(router: object, levels: LevelMap): void {
    this.#routers.set(router, { dominant: null, ...this.#routers.get(router), levels });
  }

  setDominant(router: object, dominant: ParticipantId): void {
    this.#routers.set(router, { levels: new Map(), ...this.#routers.get(router), dominant });
  }

  removeRouter(router: object): void {
    this.#routers.delete(router);
  }

  removeParticipant(id: ParticipantId): void {
    for (const speech of this.#routers.values()) {
      if (speech.dominant === id) speech.dominant = null;
      speech.levels = new Map([...speech.levels].filter(([other]) => other !== id));
    }
    if (this.#active === id) this.#active = null;
  }

  /** Levels on all routers, dBov. */
  get levels(): LevelMap {
    return new Map([...this.#routers.values()].flatMap(({ levels }) => [...levels]));
  }

  activeAt(nowMs: number): ParticipantId | null {
    const candidates = [...this.#routers.values()].map(candidateOf).filter((candidate) => candidate !== null);
    const loudest = loudestOf(candidates);
    if (loudest) {
      this.#lastHeardMs = nowMs;
      const current = candidates.find(({ id }) => id === this.#active);
      if (!current || loudest.level > current.level + LOUDER_DB) this.#active = loudest.id;
    } else if (nowMs - this.#lastHeardMs > SPEAKER_HOLD_MS) {
      this.#active = null;
    }
    return this.#active;
  }
}

interface Candidate {
  id: ParticipantId;
  level: number;
}

/** Prefers the detector's choice while it is audible, otherwise the loudest: the detector may hold on to a speaker who has gone quiet. */
function candidateOf({ levels, dominant }: RouterSpeech): Candidate | null {
  const level = dominant === null ? undefined : levels.get(dominant);
  if (dominant !== null && level !== undefined) return { id: dominant, level };
  return loudestOf([...levels].map(([id, heard]) => ({ id, level: heard })));
}

const loudestOf = (candidates: readonly Candidate[]): Candidate | null =>
  candidates.reduce<Candidate | null>((best, one) => (best && best.level >= one.level ? best : one), null);
