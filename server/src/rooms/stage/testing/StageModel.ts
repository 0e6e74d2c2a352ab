import type { ParticipantId, StageSnapshot } from '@lianmai/protocol';
import type { Of, StageCommand } from '../stageCommands.js';

type Who = ParticipantId;
type Wish = { seat: number | null; soundOnly: boolean };
interface Waiting extends Wish {
  message: string;
  expires: number;
}

/** Thrown for a command that the rules refuse. */
class Refused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * The stage's rules a second time, for tests: each person has one status, and seats are looked up in it, while the reducer keeps lists. It knows no
 * versions and no effects.
 */
export class StageModel {
  readonly seatOf = new Map<Who, number>();
  readonly backstage = new Map<Who, Wish>();
  readonly requests = new Map<Who, Waiting>();
  readonly invited = new Map<Who, { seat: number | null; expires: number }>();
  readonly lockedSeats = new Set<number>();
  readonly lockedMicrophones = new Set<number>();
  readonly coHosts = new Set<Who>();
  size: number;
  host: Who | null = null;
  awaySince: number | null = null;
  rules = { policy: 'request', approvedGoOnAir: false, autoApprove: false, requestsFrom: 'everyone', maxRequests: 50, expiryMs: 60_000 };
  #now = 0;

  constructor(size: number) {
    this.size = size;
  }

  /** Returns the code of a refusal, or null. */
  try(command: StageCommand, nowMs: number): string | null {
    this.#now = nowMs;
    try {
      this.#run(command);
      return null;
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  }

  /** The same facts as in a snapshot, in a form that both can be brought to. */
  view() {
    return {
      seats: Object.fromEntries([...this.seatOf].map(([who, number]) => [number, who])),
      locked: [...this.lockedSeats].sort(),
      muted: [...this.lockedMicrophones].sort(),
      size: this.size,
      host: this.host,
      awaySince: this.awaySince,
      coHosts: [...this.coHosts],
      backstage: [...this.backstage].map(([who, { seat, soundOnly }]) => [who, seat, soundOnly]),
      requests: [...this.requests].map(([who, { seat, soundOnly, message }]) => [who, seat, soundOnly, message]),
      invited: [...this.invited].map(([who, { seat }]) => [who, seat]),
      rules: this.rules,
    };
  }

  static viewOf(state: StageSnapshot): ReturnType<StageModel['view']> {
    return {
      seats: Object.fromEntries(state.seats.flatMap(({ number, occupant }) => (occupant ? [[number, occupant.participantId]] : []))),
      locked: state.seats.filter((one) => one.isLocked).map((one) => one.number),
      muted: state.seats.filter((one) => one.isMicrophoneLocked).map((one) => one.number),
      size: state.seats.length,
      host: state.host,
      awaySince: state.hostAwaySinceMs,
      coHosts: state.coHosts,
      backstage: state.backstage.map((one) => [one.participantId, one.seat, one.soundOnly]),
      requests: state.requests.map((one) => [one.participantId, one.seat, one.soundOnly, one.message]),
      invited: state.invitations.map((one) => [one.participantId, one.seat]),
      rules: state.settings,
    };
  }

  #run(command: StageCommand): void {
    switch (command.type) {
      case 'arrive':
        return this.#arrive(command);
      case 'request':
        return this.#request(command);
      case 'depart':
        this.#clear(command.who);
        if (this.host !== command.who) return;
        this.awaySince ??= this.#now;
        this.host = null;
        return;
      case 'away':
        if (this.host === command.who) this.awaySince ??= this.#now;
        return;
      case 'back':
        if (this.host === command.who) this.awaySince = null;
        return;
      case 'cancelRequest':
        this.requests.delete(command.who);
        return;
      case 'cancelInvitation':
        this.invited.delete(command.who);
        return;
      case 'decline':
        this.requests.delete(command.who);
        return;
      case 'approve': {
        if (this.#isIn(command.who)) return;
        const wish = this.requests.get(command.who) ?? this.#refuse('WRONG_STATE');
        return this.#letIn(command.who, wish);
      }
      case 'invite':
        return this.#invite(command);
      case 'answer':
        return this.#answer(command);
      case 'bringOnAir':
        return this.#bringOnAir(command);
      case 'sendBackstage':
        if (this.backstage.has(command.who)) return;
        if (!this.seatOf.has(command.who)) this.#refuse('WRONG_STATE');
        return this.#waitBackstage(command.who, { seat: null, soundOnly: false });
      case 'comeDown':
        if (this.#isIn(command.who)) this.#clear(command.who);
        return;
      case 'move':
        return this.#move(command);
      case 'lockSeat':
        this.#assertSeat(command.seat);
        if (command.isLocked === this.lockedSeats.has(command.seat)) return;
        if (command.seat === 1 || this.#occupant(command.seat)) this.#refuse('WRONG_STATE');
        return this.#toggle(this.lockedSeats, command.seat, command.isLocked);
      case 'lockMicrophone':
        this.#assertSeat(command.seat);
        return this.#toggle(this.lockedMicrophones, command.seat, command.isLocked);
      case 'setCoHost':
        if (!command.isCoHost) return void this.coHosts.delete(command.who);
        if (this.coHosts.has(command.who)) return;
        if (this.host === command.who || !this.seatOf.has(command.who)) this.#refuse('WRONG_STATE');
        return void this.coHosts.add(command.who);
      case 'transferHost':
        if (this.host === command.who) return;
        if (this.host !== command.by) this.#refuse('FORBIDDEN');
        if (!this.seatOf.has(command.who)) this.#refuse('WRONG_STATE');
        return this.#crown(command.who);
      case 'takeOver':
        return this.#takeOver(command);
      case 'set':
        return this.#set(command);
      case 'expire':
        for (const list of [this.requests, this.invited])
          for (const [who, { expires }] of [...list]) if (expires <= this.#now) list.delete(who);
    }
  }

  #arrive({ who, wants, isHost, seat }: Of<'arrive'>): void {
    if (isHost && this.host === null) {
      this.host = who;
      this.coHosts.delete(who);
    }
    if (this.host === who) this.awaySince = null;
    if (wants === 'none' || this.#isIn(who)) return;
    const isWelcome = wants === 'seat' || this.rules.policy === 'open';
    if (isWelcome && this.#freeFor(who).length > 0) return this.#sit(who, this.#pick(who, seat ?? null));
    if (this.requests.has(who) || this.invited.has(who)) return;
    if (!isWelcome && this.rules.requestsFrom !== 'everyone') return;
    if (this.requests.size < this.rules.maxRequests) this.#queue(who, { seat: null, soundOnly: false, message: '' });
  }

  #request({ who, atOnce, isFollower, seat, soundOnly, message }: Of<'request'>): void {
    if (this.#isIn(who)) return;
    const hasRoom = this.#freeFor(who).length > 0;
    if (atOnce && hasRoom) return this.#sit(who, this.#pick(who, seat));
    if (this.invited.has(who)) return this.#letIn(who, { seat, soundOnly });
    const waiting = this.requests.get(who);
    if (waiting) return void Object.assign(waiting, { seat, soundOnly, message });
    const from = this.rules.requestsFrom;
    if (!atOnce && (from === 'nobody' || (from === 'followers' && !isFollower))) this.#refuse('REQUESTS_CLOSED');
    if (this.rules.autoApprove && hasRoom) return this.#letIn(who, { seat, soundOnly });
    if (this.requests.size >= this.rules.maxRequests) this.#refuse('REQUESTS_FULL');
    this.#queue(who, { seat, soundOnly, message });
  }

  #invite({ who, seat }: Of<'invite'>): void {
    if (this.#isIn(who) || this.invited.has(who)) return;
    const waiting = this.requests.get(who);
    if (waiting) return this.#letIn(who, { ...waiting, seat: seat ?? waiting.seat });
    this.invited.set(who, { seat, expires: this.#expires });
  }

  #answer({ who, accept, soundOnly }: Of<'answer'>): void {
    const invitation = this.invited.get(who);
    if (!invitation) {
      if (accept && !this.#isIn(who)) this.#refuse('WRONG_STATE');
      return;
    }
    if (accept) return this.#letIn(who, { seat: invitation.seat, soundOnly });
    this.invited.delete(who);
  }

  #bringOnAir({ who, seat }: Of<'bringOnAir'>): void {
    if (this.seatOf.has(who)) return;
    const wish = this.backstage.get(who) ?? this.#refuse('WRONG_STATE');
    if (seat === undefined) {
      if (this.#freeFor(who).length === 0) this.#refuse('STAGE_FULL');
      return this.#sit(who, this.#pick(who, wish.seat));
    }
    this.#assertSeat(seat);
    if (this.lockedSeats.has(seat)) this.#refuse('SEAT_LOCKED');
    if (seat === 1 && this.host !== who) this.#refuse('WRONG_STATE');
    if (this.#occupant(seat)) this.#refuse('SEAT_TAKEN');
    this.#sit(who, seat);
  }

  #move({ who, seat, mayDisplace }: Of<'move'>): void {
    const from = this.seatOf.get(who) ?? this.#refuse('WRONG_STATE');
    if (from === seat) return;
    this.#assertSeat(seat);
    if (this.lockedSeats.has(seat)) this.#refuse('SEAT_LOCKED');
    if (seat === 1 && this.host !== who) this.#refuse('WRONG_STATE');
    const other = this.#occupant(seat);
    if (other && !mayDisplace) this.#refuse('SEAT_TAKEN');
    if (other && from === 1 && this.host !== other) this.#refuse('WRONG_STATE');
    if (other) this.seatOf.set(other, from);
    this.seatOf.set(who, seat);
  }

  #takeOver({ who, graceMs }: Of<'takeOver'>): void {
    if (this.host === who) return;
    const isGone = this.awaySince === null ? this.host === null : this.awaySince + graceMs <= this.#now;
    if (!isGone) this.#refuse('WRONG_STATE');
    if (this.seatOf.has(who)) return this.#crown(who);
    const former = this.#occupant(1);
    this.host = null;
    if (former) {
      const [free] = this.#freeFor(former);
      if (free === undefined) this.#waitBackstage(former, { seat: null, soundOnly: false });
      else this.seatOf.set(former, free);
    }
    this.#sit(who, 1);
    this.#crown(who);
  }

  #set({ type: _, seatLimit, ...rules }: Of<'set'>): void {
    if (seatLimit !== undefined) {
      if ([...this.seatOf.values()].some((number) => number > seatLimit)) this.#refuse('WRONG_STATE');
      this.size = seatLimit;
      for (const locked of [this.lockedSeats, this.lockedMicrophones])
        for (const number of [...locked]) if (number > seatLimit) locked.delete(number);
    }
    this.rules = { ...this.rules, ...Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) };
  }

  #letIn(who: Who, wish: Wish): void {
    if (this.rules.approvedGoOnAir && this.#freeFor(who).length > 0) this.#sit(who, this.#pick(who, wish.seat));
    else this.#waitBackstage(who, { seat: wish.seat, soundOnly: wish.soundOnly });
  }

  /** The new host on seat 1; whoever was there gets the other seat. */
  #crown(who: Who): void {
    const [former, number] = [this.#occupant(1), this.seatOf.get(who)];
    if (number !== undefined) this.seatOf.set(who, 1);
    if (former && former !== who && number !== undefined) this.seatOf.set(former, number);
    this.host = who;
    this.awaySince = null;
    this.coHosts.delete(who);
  }

  #sit(who: Who, number: number): void {
    this.#clear(who);
    this.seatOf.set(who, number);
  }

  #waitBackstage(who: Who, wish: Wish): void {
    this.#clear(who);
    this.backstage.set(who, wish);
  }

  #queue(who: Who, { seat, soundOnly, message }: Omit<Waiting, 'expires'>): void {
    this.requests.set(who, { seat, soundOnly, message, expires: this.#expires });
  }

  #clear(who: Who): void {
    for (const list of [this.seatOf, this.backstage, this.requests, this.invited]) list.delete(who);
    this.coHosts.delete(who);
  }

  #freeFor(who: Who): number[] {
    const numbers = Array.from({ length: this.size }, (_, index) => index + 1);
    return numbers.filter((number) => !this.lockedSeats.has(number) && !this.#occupant(number) && (number > 1 || this.host === who));
  }

  #pick(who: Who, wish: number | null): number {
    const free = this.#freeFor(who);
    if (free.includes(1)) return 1;
    return wish !== null && free.includes(wish) ? wish : free[0]!;
  }

  #occupant(seat: number): Who | undefined {
    return [...this.seatOf].find(([, number]) => number === seat)?.[0];
  }

  #isIn(who: Who): boolean {
    return this.seatOf.has(who) || this.backstage.has(who);
  }

  get #expires(): number {
    return this.rules.expiryMs === 0 ? Infinity : this.#now + this.rules.expiryMs;
  }

  #assertSeat(number: number): void {
    if (number > this.size) this.#refuse('NOT_FOUND');
  }

  #toggle(set: Set<number>, number: number, isOn: boolean): void {
    if (isOn) set.add(number);
    else set.delete(number);
  }

  #refuse(code: string): never {
    throw new Refused(code);
  }
}
