import type { ParticipantInfo } from '@lianmai/protocol';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { barsOf } from '../../bindings';
import { useRoom } from '../../state';
import { cx, formatBitrate, NetworkBars, Plot, testIds, useHistory } from '../../ui';

type Tone = 'good' | 'warn' | 'bad';

/** When a figure turns amber or red. Anything better is green. */
const ALARMS = {
  fps: { warnBelow: 29, badBelow: 25 },
  /** Frames missed within the plotted minute. */
  missedFrames: { warnFrom: 1, badFrom: 15 },
} as const;

const toneBelow = (value: number, { warnBelow, badBelow }: { warnBelow: number; badBelow: number }): Tone =>
  value < badBelow ? 'bad' : value < warnBelow ? 'warn' : 'good';
const toneFrom = (value: number, { warnFrom, badFrom }: { warnFrom: number; badFrom: number }): Tone =>
  value >= badFrom ? 'bad' : value >= warnFrom ? 'warn' : 'good';

const NETWORK_TONE = { excellent: 'good', good: 'good', poor: 'warn', lost: 'bad' } as const;
const NETWORK_VALUE = { excellent: 3, good: 2.5, poor: 1, lost: 0 };
const TEXT: Record<Tone, string> = { good: 'text-fg', warn: 'text-warn', bad: 'text-bad' };

/** The program's figures while on air, and everyone's network at all times. */
export function HealthStrip() {
  const { t } = useTranslation();
  const program = useRoom((room) => (room.program?.state === 'live' ? room.program : null));
  const participants = useRoom((room) => room.participants);
  const guests = useMemo(() => Object.values(participants).filter((one) => one.onStage && !one.stream), [participants]);
  return (
    <section aria-label={t('health.title')} data-testid={testIds.healthStrip} className="flex gap-2 overflow-x-auto px-1 pb-1">
      {program?.stats && (
        <ProgramFigures stats={program.stats} targetKbps={program.profile.videoBitrateKbps + program.profile.audioBitrateKbps} />
      )}
      {guests.map((guest) => (
        <GuestNetwork key={guest.id} guest={guest} />
      ))}
    </section>
  );
}

interface Figures {
  fps: number;
  lateFrames: number;
  droppedFrames: number;
  bitrateKbps: number;
  cpu: { decoders: number; compositor: number; encoder: number };
}

function ProgramFigures({ stats, targetKbps }: { stats: Figures; targetKbps: number }) {
  const { t } = useTranslation();
  const cores = stats.cpu.decoders + stats.cpu.compositor + stats.cpu.encoder;
  const missed = stats.lateFrames + stats.droppedFrames;
  const fps = useHistory(stats.fps);
  const late = useHistory(missed);
  const rate = useHistory(stats.bitrateKbps);
  const cpu = useHistory(cores);
  // Frames missed within the plotted history, so that old trouble does not stay amber for hours.
  const recent = missed - (late[0] ?? missed);
  const fpsTone = toneBelow(stats.fps, ALARMS.fps);
  const lateTone = toneFrom(recent, ALARMS.missedFrames);
  return (
    <>
      <Figure
        label={t('health.fps')}
        value={stats.fps.toFixed(1)}
        tone={fpsTone}
        plot={<Plot values={fps} min={20} max={31} length={60} tone={fpsTone} />}
      />
      <Figure
        label={t('health.late')}
        value={String(missed)}
        title={t('health.lateHint', { late: stats.lateFrames, dropped: stats.droppedFrames })}
        tone={lateTone}
        plot={<Plot values={late.map((value) => value - (late[0] ?? 0))} max={Math.max(10, recent)} length={60} tone={lateTone} />}
      />
      <Figure
        label={t('health.bitrate')}
        value={formatBitrate(stats.bitrateKbps)}
        tone="good"
        plot={<Plot values={rate} max={targetKbps * 1.3} length={60} />}
      />
      <Figure
        label={t('health.cpu')}
        value={t('health.cores', { value: cores.toFixed(1) })}
        tone="good"
        plot={<Plot values={cpu} max={Math.max(2, cores * 1.3)} length={60} />}
      />
    </>
  );
}

interface FigureProps {
  label: string;
  value: ReactNode;
  plot: ReactNode;
  tone: Tone;
  title?: string;
}

const Figure = ({ label, value, plot, tone, title }: FigureProps) => (
  <div title={title} className="w-34 min-w-34 flex-1 rounded-md bg-surface-1 px-2.5 pt-1.5 pb-1">
    <div className="flex items-center justify-between gap-2">
      <span className="min-w-0 truncate text-fg-3">{label}</span>
      <span className={cx('tabular shrink-0 font-medium whitespace-nowrap', TEXT[tone])}>{value}</span>
    </div>
    {plot}
  </div>
);

function GuestNetwork({ guest }: { guest: ParticipantInfo }) {
  const { t } = useTranslation();
  const quality = useRoom((room) => (room.selfId === guest.id ? room.selfQuality : guest.quality));
  const history = useHistory(NETWORK_VALUE[quality], 2000);
  return (
    <Figure
      label={guest.name}
      value={<NetworkBars bars={barsOf(quality)} label={t(`quality.${quality}`)} />}
      tone={NETWORK_TONE[quality]}
      plot={<Plot values={history} max={3} length={60} tone={NETWORK_TONE[quality]} />}
    />
  );
}
