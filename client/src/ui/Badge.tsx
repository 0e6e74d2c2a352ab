/** A count on a tab or a heading. */
export const Badge = ({ count, ...rest }: { count: number; 'data-testid'?: string }) => (
  <span {...rest} className="tabular min-w-5 rounded-full bg-accent px-1.5 text-center text-sm leading-5 font-medium text-accent-fg">
    {count}
  </span>
);
