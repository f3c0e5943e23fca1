import { t } from '@grafana/i18n';
import { Text, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { fieldStyles, type Width } from './styles';

interface Props {
  failed: string | undefined;
  width?: Width;
  children: ReactNode;
}

/** A field and, below it, why its list is missing. */
export function WithList({ failed, width = 'middle', children }: Props) {
  const styles = useStyles2(fieldStyles);
  return (
    <div className={styles[width]}>
      {children}
      {failed !== undefined && (
        <div role="status">
          <Text color="warning" variant="bodySmall">
            {t('list.failed', 'The list could not be read; typing works nevertheless. {{- reason}}', {
              reason: failed,
            })}
          </Text>
        </div>
      )}
    </div>
  );
}
