import type { ReactNode } from 'react';

/** Line drawings for explanations: one size, one stroke, in the colour of the text around them. */
const Illustration = ({ children }: { children: ReactNode }) => (
  <svg
    width="120"
    height="88"
    viewBox="0 0 120 88"
    fill="none"
    stroke="currentColor"
    strokeWidth="2.5"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden
  >
    {children}
  </svg>
);

const Browser = ({ children }: { children: ReactNode }) => (
  <Illustration>
    <rect x="10" y="10" width="100" height="68" rx="8" />
    <path d="M10 26h100M18 18h.1M26 18h.1" />
    {children}
  </Illustration>
);

const CAMERA = 'M34 38h32a5 5 0 0 1 5 5v18a5 5 0 0 1-5 5H34a5 5 0 0 1-5-5V43a5 5 0 0 1 5-5zM71 49l14-7v20l-14-7';

export const RefusedIllustration = () => (
  <Browser>
    <path d={CAMERA} opacity=".55" />
    <circle cx="92" cy="66" r="13" className="fill-surface-2" />
    <path d="M86 66h12" />
  </Browser>
);

export const BusyIllustration = () => (
  <Illustration>
    <rect x="6" y="14" width="58" height="42" rx="7" opacity=".55" />
    <rect x="48" y="32" width="66" height="48" rx="7" className="fill-surface-2" />
    <path d="M48 44h66" />
    <path d="M68 53h16a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3H68a3 3 0 0 1-3-3v-9a3 3 0 0 1 3-3zM87 59l8-4v11l-8-4" />
  </Illustration>
);

export const NoDeviceIllustration = () => (
  <Illustration>
    <circle cx="60" cy="36" r="24" strokeDasharray="6 6" />
    <circle cx="60" cy="36" r="9" strokeDasharray="4 5" />
    <path d="M44 76h32M60 62v14" />
  </Illustration>
);

export const InsecureIllustration = () => (
  <Browser>
    <rect x="46" y="50" width="28" height="20" rx="4" />
    <path d="M52 50v-6a8 8 0 0 1 15.5-2.6M60 58v4" />
  </Browser>
);

export const BlockedIllustration = () => (
  <Illustration>
    <rect x="6" y="30" width="34" height="26" rx="5" />
    <rect x="80" y="30" width="34" height="26" rx="5" />
    <path d="M44 43h8M68 43h8M60 20v10M60 38v10M60 56v10" />
    <path d="M55 38l10 10M65 38l-10 10" />
  </Illustration>
);

export const LeftIllustration = () => (
  <Illustration>
    <path d="M34 78V18a6 6 0 0 1 6-6h34a6 6 0 0 1 6 6v60M24 78h72" />
    <path d="M66 46h.1M48 46h-30M26 38l-8 8 8 8" />
  </Illustration>
);

export const LockedIllustration = () => (
  <Illustration>
    <rect x="36" y="38" width="48" height="38" rx="8" />
    <path d="M45 38V27a15 15 0 0 1 30 0v11M60 53v9" />
  </Illustration>
);

export const ElsewhereIllustration = () => (
  <Illustration>
    <rect x="8" y="22" width="44" height="34" rx="6" opacity=".55" />
    <rect x="68" y="22" width="44" height="34" rx="6" />
    <path d="M42 68c10 8 26 8 36 0M78 68l-1-9M78 68l-9 1" />
  </Illustration>
);

export const LostIllustration = () => (
  <Illustration>
    <path d="M22 40c21-20 55-20 76 0M36 54c13-12 35-12 48 0" opacity=".55" />
    <path d="M60 70h.1M50 20l20 20M70 20L50 40" />
  </Illustration>
);

export const WaitIllustration = () => (
  <Illustration>
    <rect x="14" y="12" width="92" height="60" rx="10" />
    <path d="M52 30v24l20-12z" />
  </Illustration>
);
