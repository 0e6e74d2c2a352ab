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

/** A page that can never get a camera is not helped by asking again. */
const IS_HOPELESS: Partial<Record<DeviceProblem, boolean>> = { insecureOrigin: true, notSupported: true };

/** Why the camera cannot be used, and how to get it. */
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
