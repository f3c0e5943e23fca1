import { Stack } from '@grafana/ui';
import type { ReactNode } from 'react';

/** Fields side by side; those that do not fit go below. */
export function Row({ children }: { children: ReactNode }) {
  return (
    <Stack direction="row" wrap="wrap" gap={2} alignItems="flex-start">
      {children}
    </Stack>
  );
}
