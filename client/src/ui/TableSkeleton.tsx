/** Shown while a table loads. */
export const TableSkeleton = () => (
  <div aria-hidden className="animate-breathe divide-y divide-line rounded-lg bg-surface-1">
    {[0, 1, 2].map((row) => (
      <div key={row} className="flex items-center gap-6 px-4 py-5">
        <span className="h-4 w-48 rounded-sm bg-surface-3" />
        <span className="h-4 w-24 rounded-sm bg-surface-2" />
      </div>
    ))}
  </div>
);
