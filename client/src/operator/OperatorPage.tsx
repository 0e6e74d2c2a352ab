import { LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorSession } from '../session';
import { Button, cx } from '../ui';
import { SignIn } from './SignIn';
import { useOperator } from './useOperator';

interface OperatorPageProps {
  page: 'streams' | 'recordings';
  title: string;
  subtitle: string;
  /** Shown at the upper right: the language switch. */
  corner: ReactNode;
  /** Shown to a signed-in operator. */
  children: (session: OperatorSession, noticeError: (error: unknown) => void) => ReactNode;
}

const PAGES = [
  { id: 'streams', href: '/streams' },
  { id: 'recordings', href: '/recordings' },
] as const;

/** The frame of the operator's pages: title, navigation, and the sign-in that comes before anything else. */
export function OperatorPage({ page, title, subtitle, corner, children }: OperatorPageProps) {
  const { t } = useTranslation();
  const operator = useOperator();
  const { session } = operator;
  return (
    <main className="mx-auto flex min-h-full w-full max-w-6xl flex-col gap-6 px-4 py-6 sm:px-6">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold">{title}</h1>
          <p className="mt-1 text-base text-fg-2">{subtitle}</p>
        </div>
        <div className="-mr-3 flex items-center gap-1 max-sm:-ml-3">
          {session && (
            <Button size="sm" variant="ghost" icon={<LogOut size={18} aria-hidden />} onClick={operator.signOut}>
              {t('streams.signIn.out')}
            </Button>
          )}
          {corner}
        </div>
        <nav className="flex basis-full gap-1 border-b border-line">
          {PAGES.map(({ id, href }) => (
            <a
              key={id}
              href={href}
              aria-current={id === page ? 'page' : undefined}
              className={cx(
                '-mb-px flex min-h-11 items-center border-b-2 px-3 text-sm transition-colors hover:text-fg',
                id === page ? 'border-fg font-medium text-fg' : 'border-transparent text-fg-2',
              )}
            >
              {t(`streams.pages.${id}`)}
            </a>
          ))}
        </nav>
      </header>
      {session ? (
        children(session, operator.noticeError)
      ) : (
        <div className="flex flex-1 items-center pb-24">
          <SignIn hasExpired={operator.hasExpired} onSignIn={operator.signIn} />
        </div>
      )}
    </main>
  );
}
