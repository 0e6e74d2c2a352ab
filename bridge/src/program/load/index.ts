/**
 * The program's behaviour when the machine is too slow for it. Its time is the clock's whatever happens, and its sound is never left out; pictures are, and when
 * that goes on, the encoder is asked for less. Pure: everything counts in ticks.
 */
export { LoadControl, type LoadControlOptions } from './LoadControl.js';
