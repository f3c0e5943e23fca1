import { Stack, Text } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  description?: string;
  children: ReactNode;
}

/** A part of the settings. */
export function Section({ title, description, children }: Props) {
  return (
    <section aria-label={title}>
      <Stack direction="column" gap={2}>
        <Stack direction="column" gap={0.5}>
          <Text element="h3" variant="h4">
            {title}
          </Text>
          {description && <Text color="secondary">{description}</Text>}
        </Stack>
        {children}
      </Stack>
    </section>
  );
}
