import { sourceIdOf, type ProducerInfo } from '@lianmai/protocol';
import type { StageSource } from '../../program/index.js';
import type { Participant } from '../Participant.js';

/** Sources that the program can show, in the order of the seats: everybody's camera, with or without tracks, followed by their share. */
export function stageSources(onStage: readonly Participant[]): StageSource[] {
  return onStage.flatMap((participant) => {
    const { media } = participant;
    const screen = media.producerOf('screen');
    const screenAudio = media.producerOf('screenAudio');
    const camera = source(participant, 'camera', media.producerOf('camera'), media.producerOf('microphone'));
    return screen || screenAudio ? [camera, source(participant, 'screen', screen, screenAudio)] : [camera];
  });
}

function source(participant: Participant, kind: 'camera' | 'screen', video?: ProducerInfo, audio?: ProducerInfo): StageSource {
  return {
    id: sourceIdOf(participant.id, kind),
    kind,
    name: participant.name,
    hasVideo: video !== undefined && !video.paused,
    hasAudio: audio !== undefined && !audio.paused,
    videoProducer: video?.id ?? null,
    audioProducer: audio?.id ?? null,
  };
}
