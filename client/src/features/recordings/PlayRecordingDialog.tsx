import { streamKey } from '@lianmai/protocol';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyField, Dialog, formatDuration, testIds } from '../../ui';
import { canDownload, localUrl, type RecordingItem } from './catalogue';
import { gapLength } from './RecordingTable';
import { useRecordingVideo } from './useRecordingVideo';
import { useDateTime } from './useDateTime';

/** Plays the recording in the browser's own player, lists its gaps, and shows its URL for other players. */
export function PlayRecordingDialog({ recording, onClose }: { recording: RecordingItem; onClose: () => void }) {
  const { t } = useTranslation();
  const when = useDateTime();
  // Keeps the URL from the opening. Each refresh of the list brings another one, which must not restart playback.
  const [url] = useState(() => localUrl(recording.url));
  const { attach, video, isUnplayable } = useRecordingVideo(url, recording.format);
  const address = t('recordings.address', { time: when(recording.expiresAtMs) });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      width="lg"
      title={streamKey(recording)}
      description={when(recording.startedAtMs)}
      closeLabel={t('common.close')}
    >
      <div className="flex flex-col gap-4">
        {isUnplayable ? (
          <p role="alert" className="flex aspect-video items-center justify-center rounded-lg bg-surface-2 p-6 text-center text-base">
            {t('recordings.unplayable')}
          </p>
        ) : (
          <video
            ref={attach}
            controls
            playsInline
            className="aspect-video max-h-[60dvh] w-full rounded-lg bg-black"
            data-testid={testIds.recordingVideo}
          />
        )}
        {recording.state === 'recording' && <p className="text-fg-2">{t('recordings.stillRecording')}</p>}
        <Gaps gaps={recording.gaps} onChoose={(atMs) => seek(video, atMs)} />
        <div className="flex flex-wrap items-end gap-3">
          <div className="flex min-w-0 flex-1 basis-64 flex-col gap-1.5">
            <p className="text-sm font-medium text-fg-2">{address}</p>
            <CopyField label={address} value={recording.url} copyLabel={t('common.copy')} copiedLabel={t('common.copied')} />
          </div>
          {canDownload(recording) && (
            <a
              href={url}
              download
              className="inline-flex min-h-11 items-center gap-2 rounded-md bg-surface-2 px-4 text-base font-medium transition-colors hover:bg-surface-3"
            >
              <Download size={18} aria-hidden />
              {t('recordings.downloadAction')}
            </a>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Gaps({ gaps, onChoose }: { gaps: RecordingItem['gaps']; onChoose: (atMs: number) => void }) {
  const { t } = useTranslation();
  if (gaps.length === 0) return null;
  return (
    <section aria-label={t('recordings.gapList')} className="flex flex-col gap-2">
      <p className="text-sm text-fg-2">{t('recordings.gapList')}</p>
      <ul className="flex max-h-24 flex-wrap gap-2 overflow-y-auto">
        {gaps.map(({ atMs, lengthMs }) => (
          <li key={atMs}>
            <button
              type="button"
              onClick={() => onChoose(atMs)}
              aria-label={t('recordings.gapAt', { at: formatDuration(atMs), length: gapLength(lengthMs) })}
              className="tabular target rounded-md bg-surface-2 px-3 text-sm transition-colors hover:bg-surface-3"
            >
              {formatDuration(atMs)} <span className="text-fg-3">−{gapLength(lengthMs)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Starts a little earlier, to show what came before the gap. */
function seek(video: HTMLVideoElement | null, atMs: number): void {
  if (!video) return;
  video.currentTime = Math.max(0, atMs / 1000 - 2);
  void video.play().catch(() => undefined);
}
