import { splitLinks } from './splitLinks';

/** A message's text, with its web addresses to click. */
export const MessageText = ({ text }: { text: string }) =>
  splitLinks(text).map((piece, index) =>
    piece.href ? (
      <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent-text underline">
        {piece.text}
      </a>
    ) : (
      piece.text
    ),
  );
