/** A name on a dark, rounded box. Lengths are multiples of the font size unless noted. */
export const LABEL = {
  background: 'rgba(12, 13, 16, 0.62)',
  colour: '#ffffff',
  /** Left and right of the text. */
  padding: 0.55,
  height: 1.75,
  /** Multiple of the box's height. */
  cornerRadius: 0.28,
  /** From the middle of the box down to the text's baseline. */
  baseline: 0.36,
};

/** Initials on a disc, in the middle of a card. The card's own colour is `cardColourOf` of the protocol, because the page draws it too. */
export const AVATAR = {
  background: 'rgba(255, 255, 255, 0.16)',
  colour: '#ffffff',
  /** Multiple of the disc's diameter. */
  fontSize: 0.42,
  /** From the middle of the disc down to the text's baseline, as a multiple of the font size. */
  baseline: 0.36,
};
