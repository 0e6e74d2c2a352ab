/** Tenths below ten seconds, whole seconds above: nobody reads more. */
export function secondsText(language: string, seconds: number): string {
  const digits = seconds < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(seconds);
}
