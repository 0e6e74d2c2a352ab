const WORDS = [
  'amber',
  'birch',
  'cedar',
  'coral',
  'dune',
  'ember',
  'fjord',
  'grove',
  'harbor',
  'indigo',
  'juniper',
  'lagoon',
  'maple',
  'meadow',
  'ocean',
  'opal',
  'pine',
  'quartz',
  'river',
  'sage',
  'summit',
  'tide',
  'willow',
  'zephyr',
];

/** Suggests a room name that is unlikely to be taken: two words and three digits. */
export function suggestRoomName(random: () => number = Math.random): string {
  const word = () => WORDS[Math.floor(random() * WORDS.length)] ?? 'room';
  return `${word()}-${word()}-${100 + Math.floor(random() * 900)}`;
}

/** Turns typed or pasted text into a room name: a link yields its room, and spaces become dashes. Validation rejects the rest. */
export function toRoomName(typed: string): string {
  const link = /\/(?:r|watch)\/([^/?#\s]+)/.exec(typed);
  return (link?.[1] ?? typed).trimStart().replace(/\s+/g, '-');
}
