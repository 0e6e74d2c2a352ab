import { streamKey, type PullInfo, type StreamReply, type StreamStatus } from '@lianmai/protocol';
import { ChevronRight, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Clock, formatBitrate, LiveThumbnail, testIds } from '../../ui';
import { StreamStatePill } from './StreamStatePill';
import { audioText, playersText, videoText } from './labels';

interface StreamTableProps {
  streams: readonly StreamReply[];
  others: readonly StreamStatus[];
  onOpen: (id: string) => void;
}

/** State, name, media, bit rate, viewers, duration and action. In narrow windows, the same in two lines. */
const COLUMNS = 'md:grid-cols-[minmax(0,2.2fr)_7.5rem_minmax(0,2fr)_6rem_minmax(0,1.6fr)_5.5rem_2.75rem]';
const ROW = `grid items-center gap-x-4 gap-y-1 px-4 py-3 grid-cols-[minmax(0,1fr)_auto_2.75rem] ${COLUMNS}`;

/** The operator's streams, followed by the programs of rooms. */
export function StreamTable({ streams, others, onOpen }: StreamTableProps) {
  const { t } = useTranslation();
  const columns = ['stream', 'state', 'media', 'bitrate', 'viewers', 'since'] as const;
  return (
    <div role="table" aria-label={t('streams.title')} className="rounded-lg bg-surface-1" data-testid={testIds.streamTable}>
      <div role="row" className={`hidden border-b border-line text-fg-3 md:grid ${ROW} md:py-2`}>
        {columns.map((column) => (
          <span key={column} role="columnheader" className={column === 'since' ? 'text-right' : ''}>
            {t(`streams.column.${column}`)}
          </span>
        ))}
      </div>
      <div role="rowgroup" className="divide-y divide-line">
        {streams.map((stream) => (
          <Row
            key={stream.id}
            title={stream.title}
            path={streamKey(stream)}
            status={stream.status}
            viewers={stream.viewers.total}
            pull={stream.pull}
            hasPicture={stream.playAccess === 'open'}
            action={
              <button
                type="button"
                onClick={() => onOpen(stream.id)}
                aria-label={t('streams.open', { name: stream.title })}
                className="target flex w-11 items-center justify-center rounded-md text-fg-2 after:absolute after:inset-0"
              >
                <ChevronRight size={20} aria-hidden />
              </button>
            }
          />
        ))}
      </div>
      {others.length > 0 && (
        <div role="rowgroup" className="divide-y divide-line border-t border-line">
          <p className="px-4 pt-4 pb-1 text-sm font-medium text-fg-3">{t('streams.rooms')}</p>
          {others.map((status) => (
            <Row
              key={streamKey(status)}
              title={status.name}
              path={streamKey(status)}
              status={status}
              viewers={Object.values(status.players).reduce((sum, count) => sum + count, 0)}
              hasPicture
              action={
                <a
                  href={`/watch/${encodeURIComponent(status.name)}`}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={t('streams.watch')}
                  className="target flex w-11 items-center justify-center rounded-md text-fg-2 after:absolute after:inset-0"
                >
                  <Play size={18} aria-hidden />
                </a>
              }
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface RowProps {
  title: string;
  path: string;
  status: StreamStatus | null;
  viewers: number;
  /** State of fetching, for a stream that is fetched. */
  pull?: PullInfo | null;
  /** Only streams that anyone may watch have a picture. For signed links the page has no signature. */
  hasPicture: boolean;
  action: ReactNode;
}

function Row({ title, path, status, viewers, pull = null, hasPicture, action }: RowProps) {
  const { t } = useTranslation();
  const players = status ? playersText(status) : '';
  return (
    <div
      role="row"
      data-testid={testIds.streamRow}
      data-stream={path}
      data-state={status?.state ?? 'offline'}
      className={`relative transition-colors focus-within:bg-surface-2 hover:bg-surface-2 ${ROW}`}
    >
      <div role="cell" className="flex min-w-0 items-center gap-3">
        <Thumbnail src={hasPicture && status?.video ? `/${path}.jpg` : null} />
        <span className="min-w-0">
          <span dir="auto" className="block truncate text-left text-base font-medium">
            {title}
          </span>
          <span className="block truncate text-fg-3">{path}</span>
        </span>
      </div>
      <div role="cell">
        <StreamStatePill state={status?.state ?? 'offline'} />
      </div>
      <div role="cell" className="min-w-0 text-fg-2 max-md:order-4 max-md:col-span-3 max-md:empty:hidden">
        {status ? <Media status={status} /> : pull && <p className="truncate">{t(`streams.source.now.${pull.state}`)}</p>}
      </div>
      <div role="cell" className="tabular text-fg-2 max-md:hidden">
        {status && status.state === 'live' ? formatBitrate(status.bitrateKbps) : ''}
      </div>
      <div role="cell" className="min-w-0 text-fg-2 max-md:order-5 max-md:col-span-3 max-md:empty:hidden" title={players}>
        {status && (
          <p className="tabular truncate">
            {t('streams.viewers', { count: viewers })}
            {players && <span className="text-fg-3 md:block md:truncate max-md:ml-2">{players}</span>}
          </p>
        )}
      </div>
      <div role="cell" className="text-right text-fg-2 max-md:hidden">
        {status && <Clock sinceMs={status.startedAtMs} />}
      </div>
      <div role="cell" className="max-md:order-3">
        {action}
      </div>
    </div>
  );
}

/** The live picture. Offline, its place stays, so that the names line up. */
const Thumbnail = ({ src }: { src: string | null }) =>
  src === null ? (
    <span aria-hidden className="h-9 w-16 shrink-0 rounded-sm bg-surface-2" />
  ) : (
    <LiveThumbnail src={src} className="h-9 w-16 shrink-0 rounded-sm" />
  );

function Media({ status }: { status: StreamStatus }) {
  const { t } = useTranslation();
  const video = videoText(status.video) ?? t('streams.noVideo');
  const audio = audioText(status.audio) ?? t('streams.noAudio');
  return (
    <p className="tabular md:leading-5">
      <span className="md:block md:truncate">{video}</span>
      <span className="md:hidden"> · </span>
      <span className="text-fg-3 md:block md:truncate">{audio}</span>
    </p>
  );
}
