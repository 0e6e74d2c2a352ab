import { z } from 'zod';

/** Tabs of the same browser are one person to the server. This is how they keep out of each other's way. */
const CHANNEL = 'lianmai.roomTabs';
/** Long enough for a busy tab of the same machine to answer. */
const ANSWER_WITHIN_MS = 300;

const Message = z.object({ room: z.string(), type: z.enum(['asked', 'entered', 'left']) });
type Message = z.infer<typeof Message>;

const open = (): BroadcastChannel | null => (typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL));

function listen(channel: BroadcastChannel | null, room: string, onMessage: (type: Message['type']) => void): void {
  channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = Message.safeParse(data);
    if (message.success && message.data.room === room) onMessage(message.data.type);
  });
}

/** Tells the browser's other tabs that this one is in the room. Returns what ends that. */
export function announceRoomTab(room: string): () => void {
  const channel = open();
  const say = (type: Message['type']) => channel?.postMessage({ room, type } satisfies Message);
  listen(channel, room, (type) => type === 'asked' && say('entered'));
  say('entered');
  return () => {
    say('left');
    channel?.close();
  };
}

/** Knows whether another tab of this browser is in the room. */
export class RoomTabs {
  readonly #channel = open();
  readonly #room: string;
  #isThere = false;

  constructor(room: string, onChange: (isThere: boolean) => void) {
    this.#room = room;
    listen(this.#channel, room, (type) => {
      const isThere = type === 'entered' || (type !== 'left' && this.#isThere);
      if (isThere === this.#isThere) return;
      this.#isThere = isThere;
      onChange(isThere);
    });
  }

  /** Asks the other tabs. */
  async isThere(): Promise<boolean> {
    this.#channel?.postMessage({ room: this.#room, type: 'asked' } satisfies Message);
    if (this.#channel) await new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
    return this.#isThere;
  }

  close(): void {
    this.#channel?.close();
  }
}
