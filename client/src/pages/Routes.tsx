import { LoaderCircle } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { loadTexts, type TextPart } from '../i18n';
import { CrashBoundary } from './CrashBoundary';
import { NotFoundPage } from './NotFoundPage';
import { routeOf, usePath } from './router';

const RoomPage = lazy(() => import('./RoomPage'));
const WatchPage = lazy(() => withTexts(import('./WatchPage'), 'watch'));
const StreamsPage = lazy(() => withTexts(import('./StreamsPage'), 'streams', 'outputs'));
const RecordingsPage = lazy(() => withTexts(import('./RecordingsPage'), 'streams', 'recordings'));
/** Pages with fake people, for looking at the design. Not part of the product. */
const GalleryPage =
  import.meta.env.MODE === 'gallery'
    ? lazy(() => withTexts(import('./gallery/GalleryPage'), 'room', 'outputs', 'audience', 'watch'))
    : NotFoundPage;

async function withTexts<T>(page: Promise<T>, ...parts: TextPart[]): Promise<T> {
  await loadTexts(...parts);
  return page;
}

/** The page for the current URL. Each page is loaded on first use. */
export function Routes() {
  return (
    <CrashBoundary>
      <Suspense fallback={<Loading />}>
        <Page />
      </Suspense>
    </CrashBoundary>
  );
}

function Page() {
  const route = routeOf(usePath());
  switch (route.page) {
    case 'room':
      return <RoomPage room={route.room} />;
    case 'watch':
      return <WatchPage key={`${route.app ?? ''}/${route.name}`} app={route.app} name={route.name} />;
    case 'streams':
      return <StreamsPage />;
    case 'recordings':
      return <RecordingsPage />;
    case 'gallery':
      return <GalleryPage />;
    case 'unknown':
      return <NotFoundPage />;
  }
}

const Loading = () => (
  <div className="flex h-full items-center justify-center text-fg-3" role="status">
    <LoaderCircle size={32} className="animate-spin" aria-hidden />
  </div>
);
