import type { ConnectionQuality, ParticipantInfo, StreamRef } from '@lianmai/protocol';
import type { ParticipantMedia } from './contract.js';
import { RoomMember } from './RoomMember.js';

/** The part that a person and a stream with media in the room share. */
export abstract class ParticipantBase extends RoomMember {
  abstract override readonly kind: 'person' | 'stream';
  abstract readonly media: ParticipantMedia;
  /** null for a person. */
  abstract readonly stream: StreamRef | null;
  quality: ConnectionQuality = 'excellent';

  protected abstract get isPresent(): boolean;

  /** Whether this viewer may see and hear them: backstage, only moderators and they themselves. */
  isVisibleTo(viewer: ParticipantBase): boolean {
    return this.place !== 'backstage' || viewer === this || viewer.grants.moderate;
  }

  info(): ParticipantInfo {
    return {
      id: this.id,
      name: this.name,
      role: this.role,
      isHost: this.runsRoom,
      isCoHost: this.isCoHost,
      isModerator: this.grants.moderate,
      canLive: this.grants.live,
      onStage: this.onStage,
      isBackstage: this.place === 'backstage',
      presence: this.isPresent ? 'connected' : 'reconnecting',
      quality: this.quality,
      joinedAtMs: this.joinedAtMs,
      producers: [...this.media.producers],
      ...(this.stream && { stream: this.stream }),
    };
  }

  infoFor(viewer: ParticipantBase): ParticipantInfo {
    return this.isVisibleTo(viewer) ? this.info() : { ...this.info(), producers: [] };
  }
}
