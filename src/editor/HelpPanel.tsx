import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Stack, Text, useStyles2 } from '@grafana/ui';
import { useId, useState } from 'react';
import type { QueryType } from '../queries/type';
import type { AndonQuery, Fields } from '../types';

interface Props {
  type: QueryType;
  query: AndonQuery;
  onTake: (fields: Fields<AndonQuery>) => void;
}

/** Help for a query type, and examples that one click takes. */
export function HelpPanel({ type, query, onTake }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const styles = useStyles2(getStyles);
  return (
    <div>
      <Button
        variant="secondary"
        fill="text"
        size="sm"
        icon={open ? 'angle-down' : 'angle-right'}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {t('help.toggle', 'Help and examples')}
      </Button>
      {open && (
        <div id={id} className={styles.panel}>
          <Stack direction="column" gap={1}>
            <Text element="p">{type.help()}</Text>
            {type.examples(query).map((example) => (
              <Stack key={example.title} direction="row" gap={1} alignItems="center">
                <Button
                  variant="secondary"
                  size="sm"
                  aria-label={t('help.use-label', 'Use: {{- title}}', { title: example.title })}
                  onClick={() => onTake(example.query)}
                >
                  {t('help.use', 'Use')}
                </Button>
                <Text>{example.title}</Text>
              </Stack>
            ))}
          </Stack>
        </div>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({
    marginTop: theme.spacing(1),
    padding: theme.spacing(2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
});
