import { canvasOf, LianmaiError, resolveProfile, type Profile, type ProfileName } from '@lianmai/protocol';
import type { Bridge, BridgePool, CoreReservation } from '../bridge/index.js';
import type { ProgramStarter } from './contract.js';
import { coresOf } from './programCost.js';

export interface ProgramLimits {
  /** Cores that programs may take on each bridge; null: all that the bridge has. */
  maxCores: number | null;
  /** Programs at one time that pages of one address may have on air. The API has no such limit. */
  maxPerAddress: number;
  /** The largest and costliest profile for people whom the open lobby let in, with its usual preset. */
  lobbyProfile: ProfileName;
}

/** A bridge with the cores that were set aside for one program. */
export interface BridgePlace {
  bridge: Bridge;
  cores: CoreReservation;
}

/**
 * Decides whether a program may start, so that the programs that run keep their pictures: by its profile, by its starter's network, and by the cores that a
 * bridge has left. A program counts with its estimated cost, or with what it is measured to use when that is more.
 */
export class ProgramAdmission {
  readonly #limits: ProgramLimits;
  readonly #byNetwork = new Map<string, number>();

  constructor(limits: ProgramLimits) {
    this.#limits = limits;
  }

  /**
   * Counts a program against its starter's network, until the returned function is called. Throws PROFILE_LIMIT or TOO_MANY_PROGRAMS.
   */
  admit(profile: Profile, { isAnonymous, network }: ProgramStarter): () => void {
    if (isAnonymous) this.#assertLobbyProfile(profile);
    const { maxPerAddress } = this.#limits;
    if (network !== null && this.#running(network) >= maxPerAddress) throw new LianmaiError('TOO_MANY_PROGRAMS', { maxPerAddress });
    return this.readmit(network);
  }

  /** Counts a program that an earlier server process has admitted, however many there are. */
  readmit(network: ProgramStarter['network']): () => void {
    if (network === null) return () => undefined;
    this.#byNetwork.set(network, this.#running(network) + 1);
    let isCounted = true;
    return () => {
      if (isCounted) this.#forget(network);
      isCounted = false;
    };
  }

  /**
   * Sets cores aside on the connected bridge with the most left, among those that have the encoder. Throws BRIDGE_UNAVAILABLE, ENCODER_UNAVAILABLE, or
   * PROGRAM_LIMIT when no such bridge has enough left. A bridge whose programs are degraded has none left.
   */
  place({ bridges }: BridgePool, profile: Profile): BridgePlace {
    const cores = coresOf(profile);
    const able = withEncoder(bridges, profile.encoder).map((bridge) => ({ bridge, left: this.#coresLeft(bridge) }));
    const best = able.reduce((most, one) => (one.left > most.left ? one : most));
    if (best.left < cores)
      throw new LianmaiError('PROGRAM_LIMIT', { neededCores: rounded(cores), freeCores: rounded(Math.max(0, best.left)) });
    return { bridge: best.bridge, cores: best.bridge.reserve(cores) };
  }

  /** For a program that runs there already. */
  keep(bridge: Bridge, profile: Profile): BridgePlace {
    return { bridge, cores: bridge.reserve(coresOf(profile)) };
  }

  #coresLeft({ hello, reservedCores, isShortOfCpu }: Bridge): number {
    if (isShortOfCpu) return 0;
    return (this.#limits.maxCores ?? hello.cores) - reservedCores;
  }

  #assertLobbyProfile(profile: Profile): void {
    const { lobbyProfile } = this.#limits;
    const largest = resolveProfile(lobbyProfile);
    if (pixelsOf(profile) > pixelsOf(largest) || coresOf(profile) > coresOf(largest))
      throw new LianmaiError('PROFILE_LIMIT', { lobbyProfile, preset: largest.preset });
  }

  #running(network: string): number {
    return this.#byNetwork.get(network) ?? 0;
  }

  #forget(network: string): void {
    const left = this.#running(network) - 1;
    if (left > 0) this.#byNetwork.set(network, left);
    else this.#byNetwork.delete(network);
  }
}

function withEncoder(bridges: readonly Bridge[], encoder: Profile['encoder']): [Bridge, ...Bridge[]] {
  const connected = bridges.filter(({ state }) => state === 'connected');
  if (connected.length === 0) throw new LianmaiError('BRIDGE_UNAVAILABLE');
  const [first, ...others] = connected.filter(({ hello }) => hello.encoders.includes(encoder));
  if (!first)
    throw new LianmaiError('ENCODER_UNAVAILABLE', { encoder, available: [...new Set(connected.flatMap(({ hello }) => hello.encoders))] });
  return [first, ...others];
}

const pixelsOf = (profile: Profile): number => {
  const { width, height } = canvasOf(profile);
  return width * height;
};
const rounded = (cores: number): number => Math.round(cores * 100) / 100;
