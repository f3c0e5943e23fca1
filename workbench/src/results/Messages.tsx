import type { DataFrame, DataQueryError, QueryResultMetaNotice } from '@grafana/data';
import { Alert } from '@grafana/ui';
import { say } from '../address';

interface Props {
  errors: DataQueryError[];
  frames?: DataFrame[];
}

/** What went wrong, and what the answer has to say about itself. */
export function Messages({ errors, frames = [] }: Props) {
  const notices = new Map<string, QueryResultMetaNotice>();
  for (const notice of frames.flatMap((f) => f.meta?.notices ?? [])) {
    notices.set(notice.text, notice);
  }
  return (
    <>
      {errors.map((e, i) => (
        <Alert key={i} severity="error" title={say('The query failed', 'クエリに失敗しました')}>
          {e.message ?? e.data?.message}
        </Alert>
      ))}
      {[...notices.values()].map((n) => (
        <Alert key={n.text} severity={n.severity} title={n.text} />
      ))}
    </>
  );
}
