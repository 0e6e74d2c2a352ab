import {
  sourceIdOf,
  type ConnectionQuality,
  type ParticipantId,
  type ParticipantInfo,
  type ProducerId,
  type PublishSource,
  type Role,
} from '@lianmai/protocol';

const NAMES = [
  'Ada Lovelace',
  '王小明',
  'Maximiliane-Alexandra von Hohenstein-Waldburg 🎤',
  'محمد بن عبد الله الكريم',
  '👩‍🚀 Luna',
  'Grace Hopper',
  'さくら',
  'Søren Kierkegaard',
  'Qi',
  '观众甲',
  'Viewer with a rather long name indeed',
  'دينا',
  'Tom',
  'Зоя Космодемьянская',
];

export const idOf = (index: number) => `p_${index}` as ParticipantId;
export const sourceOf = (index: number) => sourceIdOf(idOf(index), 'camera');

interface PersonOptions {
  role: Role;
  isCameraOff?: boolean;
  isMuted?: boolean;
  isCoHost?: boolean;
  isModerator?: boolean;
  isSharing?: boolean;
  quality?: ConnectionQuality;
  isAway?: boolean;
  isStream?: boolean;
  isBackstage?: boolean;
}

export function person(index: number, options: PersonOptions): ParticipantInfo {
  const onStage = options.role !== 'viewer';
  const producer = (source: PublishSource, paused: boolean) => ({ id: `${index}-${source}` as ProducerId, source, paused });
  return {
    id: idOf(index),
    name: options.isStream ? 'Main camera 主机位' : (NAMES[index % NAMES.length] ?? 'Nobody'),
    role: options.role,
    isHost: options.role === 'host',
    isCoHost: options.isCoHost ?? false,
    isModerator: options.isModerator === true || options.role === 'host',
    canLive: options.role === 'host',
    onStage,
    isBackstage: options.isBackstage ?? false,
    presence: options.isAway ? 'reconnecting' : 'connected',
    quality: options.quality ?? 'excellent',
    joinedAtMs: Date.now() - 600_000 + index * 1000,
    ...(options.isStream && { stream: { app: 'live', name: 'main-camera' } }),
    producers:
      onStage || options.isBackstage
        ? [
            producer('camera', options.isCameraOff ?? false),
            producer('microphone', options.isMuted ?? false),
            ...(options.isSharing ? [producer('screen', false)] : []),
          ]
        : [],
  };
}

/** A moving picture of nobody: a coloured figure, or a chart for a screen. */
export function pictureTrack(index: number, kind: 'camera' | 'screen'): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = kind === 'screen' ? [1280, 800] : [640, 360];
  const context = canvas.getContext('2d');
  const draw = () => {
    if (!context) return;
    if (kind === 'screen') drawScreen(context);
    else drawPerson(context, index);
  };
  draw();
  setInterval(draw, 200);
  const [track] = canvas.captureStream(5).getVideoTracks();
  if (!track) throw new Error('The browser created no track');
  return track;
}

function drawPerson(context: CanvasRenderingContext2D, index: number): void {
  const { width, height } = context.canvas;
  const hue = (index * 67 + 200) % 360;
  const wall = context.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, `hsl(${hue} 22% 62%)`);
  wall.addColorStop(1, `hsl(${hue} 26% 34%)`);
  context.fillStyle = wall;
  context.fillRect(0, 0, width, height);
  const sway = Math.sin(Date.now() / 900 + index) * 8;
  context.fillStyle = `hsl(${(hue + 150) % 360} 32% 36%)`;
  context.beginPath();
  context.ellipse(width / 2 + sway, height * 1.05, width * 0.24, height * 0.42, 0, 0, 7);
  context.fill();
  context.fillStyle = `hsl(${24 + index * 3} 38% ${42 + (index % 4) * 9}%)`;
  context.beginPath();
  context.ellipse(width / 2 + sway, height * 0.43, height * 0.17, height * 0.22, 0, 0, 7);
  context.fill();
}

function drawScreen(context: CanvasRenderingContext2D): void {
  const { width, height } = context.canvas;
  context.fillStyle = '#f7f7f5';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#2b2f36';
  context.font = 'bold 48px system-ui';
  context.fillText('Quarterly figures 季度数据', 80, 120);
  for (let bar = 0; bar < 8; bar++) {
    context.fillStyle = bar % 2 ? '#8fa7d8' : '#3a6bf0';
    const tall = 80 + ((bar * 97) % 380);
    context.fillRect(90 + bar * 140, 700 - tall, 90, tall);
  }
}

export function soundTrack(): MediaStreamTrack {
  const context = new AudioContext();
  const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
  if (!track) throw new Error('The browser created no track');
  return track;
}
