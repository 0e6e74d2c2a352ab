import { LoaderCircle } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { loadWords, type Part } from '../i18n';
import { Crash } from './Crash';
import { NotFoundPage } from './NotFoundPage';
import { routeOf, usePath } from './router';

const RoomPage = lazy(() => import('./RoomPage'));
const WatchPage = lazy(() => withWords('watch', import('./WatchPage')));
const StreamsPage = lazy(() => withWords('streams', import('./StreamsPage')));
/** Pages with made-up people, to look at; not in the product. */
const GalleryPage = import.meta.env.MODE === 'gallery' ? lazy(() => withWords('studio', import('./gallery/GalleryPage'))) : NotFoundPage;

async function withWords<T>(part: Part, page: Promise<T>): Promise<T> {
  await loadWords(part);
  return page;
}

/** The page of the present address. Each is loaded when it is first needed. */
export function Routes() {
  return (
    <Crash>
      <Suspense fallback={<Loading />}>
        <Page />
      </Suspense>
    </Crash>
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
