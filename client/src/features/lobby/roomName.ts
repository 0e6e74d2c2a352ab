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

/** A room nobody is likely to have: two words and three digits. */
export function suggestRoomName(random: () => number = Math.random): string {
  const word = () => WORDS[Math.floor(random() * WORDS.length)] ?? 'room';
  return `${word()}-${word()}-${100 + Math.floor(random() * 900)}`;
}

/** What people type or paste, as a room's address: a pasted link gives its room, spaces become "-". What cannot be meant is left to be refused. */
export function toRoomName(typed: string): string {
  const link = /\/(?:r|watch)\/([^/?#\s]+)/.exec(typed);
  return (link?.[1] ?? typed).trimStart().replace(/\s+/g, '-');
}
