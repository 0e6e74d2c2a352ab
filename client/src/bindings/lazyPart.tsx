import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

type Loader<Props> = () => Promise<{ default: ComponentType<Props> }>;

/**
 * A component whose code is fetched when it is first drawn. A page in a call must not crash because that fails, so a line says so instead.
 */
export function lazyPart<Props extends object>(load: Loader<Props>, fallback?: (props: Props) => ReactNode): ComponentType<Props> {
  const Part = lazy(() => load().catch((): { default: ComponentType<Props> } => ({ default: NotLoaded }))) as ComponentType<Props>;
  return function LazyPart(props: Props) {
    return (
      <Suspense fallback={fallback?.(props) ?? null}>
        <Part {...props} />
      </Suspense>
    );
  };
}

function NotLoaded() {
  const { t } = useTranslation();
  return (
    <p
      role="alert"
      className="fixed inset-x-4 top-16 z-50 mx-auto w-fit max-w-md rounded-lg border border-line bg-surface-3 px-4 py-3 text-sm text-fg"
    >
      {t('notice.notLoaded')}
    </p>
  );
}
