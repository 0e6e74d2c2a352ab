/** A show with a few hundred viewers stays below this. */
const ENOUGH = 1024;

interface Report {
  userLimits?: { open_files?: { soft?: unknown } };
}

/** The number of files and sockets that this process may open; null where the system does not tell. */
function openFilesLimit(): number | null {
  const { userLimits } = process.report.getReport() as Report;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : null;
}

/** Returns what an operator must do if the limit is so low that it explains a failed start; null otherwise. */
export function fewFilesHint(limit = openFilesLimit()): string | null {
  if (limit === null || limit >= ENOUGH) return null;
  return (
    `This process may open only ${limit} files and sockets, which is too few. Allow at least ${ENOUGH} (better 65536): ` +
    'ulimit -n 65536, LimitNOFILE= in systemd, or --ulimit nofile= in Docker.\n'
  );
}
