import { FPS } from '@lianmai/protocol';

/** `notDue`: the program shows fewer than 30 pictures a second at this time. */
export type PictureVerdict = 'shown' | 'leftOut' | 'notDue';

/** The machine's load at one tick. */
export interface TickLoad {
  /** Number of the tick on the program's timeline. */
  frame: number;
  /** Its delay behind the clock, in ticks. */
  behindTicks: number;
  /** Pictures in the encoder, and ticks since the oldest of them. */
  heldPictures: number;
  lagTicks: number;
}

/** While the machine keeps up, a short stall is made up with all its pictures: half a second late, or as much in the encoder. */
const CALM = { behindTicks: 15, heldPictures: 15, lagTicks: Infinity };
/** Then pictures must be fresh: what waits is what viewers lag behind. */
const PRESSED = { behindTicks: 3, heldPictures: 15, lagTicks: 5 };
/** Without a picture left out for so long, the machine keeps up again. */
const CALM_AFTER_TICKS = 2 * FPS;

/** Decides which ticks get a picture: as many as the machine can make, and never so many that the program falls behind the clock. */
export class PicturePacer {
  /** 30, 20 or 15. */
  fps = FPS;
  #calmTicks = CALM_AFTER_TICKS;

  decide(load: TickLoad): PictureVerdict {
    this.#calmTicks++;
    if (!isDue(load.frame, this.fps)) return 'notDue';
    const limits = this.#calmTicks > CALM_AFTER_TICKS && this.fps === FPS ? CALM : PRESSED;
    const isTooMuch = load.behindTicks > limits.behindTicks || load.heldPictures >= limits.heldPictures || load.lagTicks > limits.lagTicks;
    if (!isTooMuch) return 'shown';
    this.#calmTicks = 0;
    return 'leftOut';
  }
}

/** Spreads `fps` pictures over 30 ticks: all, two of three, or every second one. */
const isDue = (frame: number, fps: number): boolean => Math.floor((frame * fps) / FPS) !== Math.floor(((frame - 1) * fps) / FPS);
