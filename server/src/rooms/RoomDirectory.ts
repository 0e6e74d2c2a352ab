import type { Log } from '@lianmai/kit';
import { LianmaiError, type RoomId } from '@lianmai/protocol';
import type { ProgramFactory, ProgramIntent } from '../program/index.js';
import type { RoomMedia } from '../sfu/index.js';
import type { ProgramNames } from '../streams/index.js';
import type { GroupSend } from './audience/index.js';
import type { OpenStreamFeed, RoomSettings } from './contract.js';
import { Room } from './Room.js';

export interface RoomDirectoryOptions {
  createMedia: (id: RoomId) => Promise<RoomMedia>;
  programs: ProgramFactory;
  sendToGroup: GroupSend;
  /** Opens feeds for streams on stage. */
  openStreamFeed: OpenStreamFeed;
  /** Written here, so that no stream takes the name of a room. */
  programNames: Pick<ProgramNames, 'set' | 'release'>;
  settings: RoomSettings;
  log: Log;
}

/** All rooms of this server. A room opens on first use and closes after it has been empty for long enough. */
export class RoomDirectory {
  readonly #options: RoomDirectoryOptions;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #opening = new Map<RoomId, Promise<Room>>();
  /** Closing rooms. A new room of the same name waits, because the old program still holds the stream's name. */
  readonly #closing = new Map<RoomId, Promise<void>>();
  #isClosed = false;

  constructor(options: RoomDirectoryOptions) {
    this.#options = options;
  }

  get all(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  find(id: RoomId): Room | undefined {
    return this.#rooms.get(id);
  }

  /** Throws NOT_FOUND if the room is not open. */
  get(id: RoomId): Room {
    const room = this.#rooms.get(id);
    if (!room) throw new LianmaiError('NOT_FOUND', { room: id }, { message: 'This room is not open. Check the name, or open it first.' });
    return room;
  }

  /** Returns the room of this name, opening it if needed. */
  async open(id: RoomId): Promise<Room> {
    const room = this.#rooms.get(id);
    if (room) return room;
    let opening = this.#opening.get(id);
    if (!opening) {
      opening = this.#create(id).finally(() => this.#opening.delete(id));
      this.#opening.set(id, opening);
    }
    return opening;
  }

  /** Opens the rooms that were live when the server ended, and goes on with their programs. A program whose name somebody else has taken is over. */
  async resumePrograms(intents: readonly ProgramIntent[]): Promise<void> {
    for (const intent of intents) {
      try {
        const room = await this.open(intent.room);
        await room.resumeProgram(intent);
        this.#options.log.info({ room: intent.room, program: intent.programId }, 'going on with the program');
      } catch (error) {
        this.#options.log.error({ err: error, room: intent.room }, 'could not go on with a program');
      }
    }
  }

  async #create(id: RoomId): Promise<Room> {
    await this.#closing.get(id);
    this.#assertOpen();
    const { createMedia, programs, openStreamFeed, sendToGroup, settings, log } = this.#options;
    const media = await createMedia(id);
    if (this.#isClosed) await media.close('shutting down');
    this.#assertOpen();
    const room = new Room({
      id,
      media,
      programs,
      openStreamFeed,
      sendToGroup,
      settings,
      log,
      onClosing: (closing, done) => this.#forget(closing, done),
    });
    this.#rooms.set(id, room);
    this.#noteName(room);
    room.program.on('changed', () => this.#noteName(room));
    log.info({ room: id, rooms: this.#rooms.size }, 'room opened');
    return room;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
  }

  #noteName(room: Room): void {
    if (this.#rooms.get(room.id) === room) this.#options.programNames.set(room.id, { isLive: room.isLive });
  }

  #forget({ id }: Room, done: Promise<void>): void {
    this.#rooms.delete(id);
    this.#options.programNames.release(id);
    const settled = done
      .catch((error: unknown) => this.#options.log.error({ err: error, room: id }, 'closing the room failed'))
      .then(() => void this.#closing.delete(id));
    this.#closing.set(id, settled);
  }

  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    const why = new LianmaiError('SHUTTING_DOWN');
    await Promise.allSettled(this.#opening.values());
    for (const room of this.all) void room.close(reason, why).catch(() => undefined);
    await Promise.all(this.#closing.values());
  }
}
