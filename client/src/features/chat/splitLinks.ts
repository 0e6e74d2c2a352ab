type Piece = { text: string; href: string | null };

/** Splits a text at its web addresses. Nothing else ever becomes clickable, and trailing punctuation stays outside. */
export function splitLinks(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"'，。、；：！？（）「」]+[^\s<>"'.,;:!?)\]，。、；：！？（）「」]/g)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: match[0], href: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}
