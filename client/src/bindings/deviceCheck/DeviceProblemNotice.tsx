import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceProblem } from '../../state';
import { BusyIllustration, Button, Explanation, InsecureIllustration, NoDeviceIllustration, RefusedIllustration, testIds } from '../../ui';

const PICTURES: Record<DeviceProblem, ReactNode> = {
  permissionDenied: <RefusedIllustration />,
  deviceBusy: <BusyIllustration />,
  noDevice: <NoDeviceIllustration />,
  insecureOrigin: <InsecureIllustration />,
  notSupported: <NoDeviceIllustration />,
  unknown: <NoDeviceIllustration />,
};

/** Trying again does not help a page that can never get a camera. */
const IS_HOPELESS: Partial<Record<DeviceProblem, boolean>> = { insecureOrigin: true, notSupported: true };

/** Explains why the camera does not work, and how to fix that. */
export function DeviceProblemNotice({
  kind,
  problem,
  onRetry,
}: {
  kind: 'camera' | 'microphone';
  problem: DeviceProblem;
  onRetry: () => void;
}) {
  const { t } = useTranslation();
  const steps = t(`device.steps.${problem}`, { returnObjects: true, secureUrl: `https://${location.host}` });
  return (
    <Explanation
      data-testid={testIds.deviceProblem}
      illustration={PICTURES[problem]}
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
