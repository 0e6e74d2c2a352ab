import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceProblem } from '../../state';
import { BusyPicture, Button, Explain, InsecurePicture, NoDevicePicture, RefusedPicture, testIds } from '../../ui';

const PICTURES: Record<DeviceProblem, ReactNode> = {
  permissionDenied: <RefusedPicture />,
  deviceBusy: <BusyPicture />,
  noDevice: <NoDevicePicture />,
  insecureOrigin: <InsecurePicture />,
  notSupported: <NoDevicePicture />,
  unknown: <NoDevicePicture />,
};

/** A page that can never get a camera is not helped by asking again. */
const IS_HOPELESS: Partial<Record<DeviceProblem, boolean>> = { insecureOrigin: true, notSupported: true };

/** Why the camera cannot be used, and how to get it. */
export function DeviceTrouble({ kind, problem, onRetry }: { kind: 'camera' | 'microphone'; problem: DeviceProblem; onRetry: () => void }) {
  const { t } = useTranslation();
  const steps = t(`device.steps.${problem}`, { returnObjects: true, secureUrl: `https://${location.host}` });
  return (
    <Explain
      data-testid={testIds.deviceProblem}
      picture={PICTURES[problem]}
      title={t(`device.${kind}.${problem}`)}
      text={t('device.meaning')}
      steps={steps}
      actions={
        !IS_HOPELESS[problem] && (
          <Button size="sm" onClick={onRetry} className="bg-surface-3">
            {t('common.tryAgain')}
          </Button>
        )
      }
    />
  );
}
