import { initialsOf } from '@lianmai/protocol';
import { CameraOff, LoaderCircle, Mic, MicOff, Video, VideoOff } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { meterLevel } from '../../session';
import { Button, cx, LiveMeter, testIds, TrackVideo } from '../../ui';
import { DeviceProblemNotice } from './DeviceProblemNotice';
import type { DeviceCheck } from './useDeviceCheck';

/** How others will see and hear us: the mirror, the level, and both switches. */
export function Preview({ check, name, isSoundOnly = false }: { check: DeviceCheck; name: string; isSoundOnly?: boolean }) {
  const { t } = useTranslation();
  const { camera, microphone } = check;
  const level = useMemo(() => {
    const { track } = microphone;
    return track ? (listener: (level: number) => void) => meterLevel(track, listener) : null;
  }, [microphone.track]);
  return (
    <section aria-label={t('lobby.preview')} className="flex flex-col gap-3">
      <div
        className={cx(
          'relative overflow-hidden rounded-lg bg-surface-2',
          camera.state === 'failed' ? 'min-h-72' : 'aspect-[4/3] sm:aspect-video',
        )}
      >
        {camera.track ? (
          <TrackVideo track={camera.track} isMirrored data-testid={testIds.previewVideo} />
        ) : (
          <PreviewEmpty check={check} name={name} />
        )}
        <div className="absolute inset-x-0 bottom-3 flex justify-center gap-3">
          <RoundSwitch
            isOn={microphone.state === 'on'}
            hasProblem={microphone.state === 'failed'}
            label={microphone.state === 'on' ? t('dock.muteMic') : t('dock.unmuteMic')}
            icons={[<Mic key="on" size={22} />, <MicOff key="off" size={22} />]}
            onClick={() => microphone.setOn(microphone.state === 'off' || microphone.state === 'failed')}
            data-testid={testIds.toggleMic}
          />
          {!isSoundOnly && (
            <RoundSwitch
              isOn={camera.state === 'on'}
              hasProblem={camera.state === 'failed'}
              label={camera.state === 'on' ? t('dock.stopCamera') : t('dock.startCamera')}
              icons={[<Video key="on" size={22} />, <VideoOff key="off" size={22} />]}
              onClick={() => camera.setOn(camera.state === 'off' || camera.state === 'failed')}
              data-testid={testIds.toggleCamera}
            />
          )}
        </div>
      </div>
      <div className="flex min-h-6 items-center gap-3 text-sm text-fg-2">
        {microphone.state === 'on' ? (
          <Mic size={16} aria-hidden className="shrink-0" />
        ) : (
          <MicOff size={16} aria-hidden className="shrink-0" />
        )}
        {microphone.state === 'on' ? (
          <LiveMeter source={level} label={t('lobby.micLevel')} className="max-w-96 flex-1" data-testid={testIds.previewLevel} />
        ) : (
          <span>{microphone.state === 'starting' ? t('lobby.micStarting') : t('lobby.micIsOff')}</span>
        )}
      </div>
      {microphone.state === 'failed' && microphone.problem !== camera.problem && <MicProblemNotice check={check} />}
    </section>
  );
}

function PreviewEmpty({ check: { camera }, name }: { check: DeviceCheck; name: string }) {
  const { t } = useTranslation();
  if (camera.state === 'failed' && camera.problem) {
    return (
      <div className="flex justify-center px-4 pt-6 pb-24">
        <DeviceProblemNotice kind="camera" problem={camera.problem} onRetry={() => camera.setOn(true)} />
      </div>
    );
  }
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3 pb-10 text-fg-2">
      {camera.state === 'starting' ? <LoaderCircle size={32} className="animate-spin" aria-hidden /> : <PreviewAvatar name={name} />}
      <span>{camera.state === 'starting' ? t('lobby.cameraStarting') : t('lobby.cameraIsOff')}</span>
    </div>
  );
}

const PreviewAvatar = ({ name }: { name: string }) =>
  name.trim() ? (
    <span aria-hidden className="flex size-24 items-center justify-center rounded-full bg-surface-3 text-xl text-fg">
      {initialsOf(name)}
    </span>
  ) : (
    <CameraOff size={32} aria-hidden />
  );

function MicProblemNotice({ check: { microphone } }: { check: DeviceCheck }) {
  const { t } = useTranslation();
  const problem = microphone.problem ?? 'unknown';
  return (
    <div role="alert" className="flex flex-wrap items-center justify-between gap-2 rounded-md bg-surface-2 px-4 py-2">
      <span className="min-w-0 flex-1 text-sm">
        <strong className="font-medium">{t(`device.microphone.${problem}`)}</strong> {t('lobby.withoutMic')}
      </span>
      <Button size="sm" variant="ghost" onClick={() => microphone.setOn(true)}>
        {t('common.tryAgain')}
      </Button>
    </div>
  );
}

interface RoundSwitchProps {
  isOn: boolean;
  hasProblem: boolean;
  label: string;
  icons: [on: ReactNode, off: ReactNode];
  onClick: () => void;
  'data-testid': string;
}

function RoundSwitch({ isOn, hasProblem, label, icons: [on, off], ...rest }: RoundSwitchProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      className={cx(
        'relative flex size-12 items-center justify-center rounded-full transition-colors',
        isOn ? 'bg-black/60 text-white hover:bg-black/80' : 'bg-white text-black hover:bg-white/85',
      )}
    >
      {isOn ? on : off}
      {hasProblem && (
        <span
          aria-hidden
          className="absolute -top-0.5 -right-0.5 flex size-5 items-center justify-center rounded-full bg-warn text-sm font-bold text-black"
        >
          !
        </span>
      )}
    </button>
  );
}
