import { streamKey } from '@lianmai/protocol';
import { Download, Play, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDuration, IconButton, Pill, testIds, type PillTone } from '../../ui';
import { canDownload, canPlay, localUrl, missingMs, type RecordingItem } from './catalogue';
import { useDateTime } from './useDateTime';

interface RecordingTableProps {
  recordings: readonly RecordingItem[];
  onPlay: (recording: RecordingItem) => void;
  onRemove: (recording: RecordingItem) => void;
}

const COLUMNS = ['stream', 'started', 'length', 'size', 'state'] as const;
/** In narrow windows, the same in three lines. */
const ROW =
  'grid items-center gap-x-4 gap-y-1 px-4 py-3 grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,1.6fr)_11rem_minmax(0,1.2fr)_8rem_minmax(0,1fr)_8.5rem]';

export function RecordingTable({ recordings, onPlay, onRemove }: RecordingTableProps) {
  const { t } = useTranslation();
  return (
    <div role="table" aria-label={t('recordings.title')} className="rounded-lg bg-surface-1" data-testid={testIds.recordingTable}>
      <div role="row" className={`hidden border-b border-line text-fg-3 md:grid ${ROW} md:py-2`}>
        {COLUMNS.map((column) => (
          <span key={column} role="columnheader">
            {t(`recordings.column.${column}`)}
          </span>
        ))}
        <span role="columnheader" aria-label={t('recordings.column.actions')} />
      </div>
      <div role="rowgroup" className="divide-y divide-line">
        {recordings.map((recording) => (
          <Row key={recording.id} recording={recording} onPlay={() => onPlay(recording)} onRemove={() => onRemove(recording)} />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  recording: RecordingItem;
  onPlay: () => void;
  onRemove: () => void;
}

function Row({ recording, onPlay, onRemove }: RowProps) {
  const { t } = useTranslation();
  const when = useDateTime()(recording.startedAtMs);
  const { id, app, name, format, state, reason, durationMs, bytes, gaps } = recording;
  return (
    <div
      role="row"
      className={ROW}
      data-testid={testIds.recordingRow}
      data-recording={id}
      data-state={state}
      data-stream={streamKey({ app, name })}
    >
      <div role="cell" className="min-w-0">
        <p className="truncate text-base font-medium">{streamKey({ app, name })}</p>
      </div>
      <div role="cell" className="tabular text-fg-2 max-md:order-3">
        {when}
      </div>
      <div role="cell" className="tabular min-w-0 max-md:order-4 max-md:text-right">
        {formatDuration(durationMs)}
        {gaps.length > 0 && (
          <p className="truncate text-warn">{t('recordings.gaps', { count: gaps.length, length: gapLength(missingMs(recording)) })}</p>
        )}
      </div>
      <div role="cell" className="tabular text-fg-2 max-md:order-5">
        {formatBytes(bytes)} <span className="text-fg-3">· {format.toUpperCase()}</span>
      </div>
      <div role="cell" className="min-w-0 max-md:order-2 max-md:justify-self-end">
        <Pill tone={TONES[state]}>{t(`recordings.state.${state}`)}</Pill>
      </div>
      <div role="cell" className="-mr-2 flex justify-end max-md:order-6">
        <Actions recording={recording} when={when} onPlay={onPlay} onRemove={onRemove} />
      </div>
      {reason && (
        <p role="cell" className="col-span-full text-fg-2 max-md:order-7">
          {t(`errors.${reason.code}`)}
        </p>
      )}
    </div>
  );
}

const TONES: Record<RecordingItem['state'], PillTone> = { recording: 'good', complete: 'neutral', failed: 'bad' };

function Actions({ recording, when, onPlay, onRemove }: RowProps & { when: string }) {
  const { t } = useTranslation();
  const labels = { name: recording.name, time: when };
  const download = t('recordings.download', labels);
  return (
    <>
      {canPlay(recording) && (
        <IconButton
          label={t('recordings.play', labels)}
          icon={<Play size={18} />}
          onClick={onPlay}
          tooltipSide="left"
          data-testid={testIds.recordingPlay}
        />
      )}
      {canDownload(recording) && (
        <a
          href={localUrl(recording.url)}
          download
          aria-label={download}
          title={download}
          className="target inline-flex aspect-square items-center justify-center rounded-md text-fg-2 transition-colors hover:bg-surface-2 hover:text-fg"
          data-testid={testIds.recordingDownload}
        >
          <Download size={18} aria-hidden />
        </a>
      )}
      {recording.state !== 'recording' && (
        <IconButton
          label={t('recordings.remove', labels)}
          icon={<Trash2 size={18} />}
          onClick={onRemove}
          tooltipSide="left"
          data-testid={testIds.recordingRemove}
        />
      )}
    </>
  );
}

/** 3.4 s, or minutes if it is longer. */
export const gapLength = (ms: number): string => (ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms));
