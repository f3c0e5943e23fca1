import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

export const fieldStyles = (theme: GrafanaTheme2) => ({
  short: css({ flex: '0 1 auto', width: theme.spacing(18) }),
  middle: css({ flex: '1 1 auto', minWidth: theme.spacing(24), maxWidth: theme.spacing(48) }),
  wide: css({ flex: '1 1 100%', minWidth: 0 }),
  high: css({ display: 'flex', alignItems: 'center', height: theme.spacing(theme.components.height.md) }),
  description: css({
    marginTop: theme.spacing(0.5),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    lineHeight: theme.typography.bodySmall.lineHeight,
  }),
  code: css({ fontFamily: theme.typography.fontFamilyMonospace, fontSize: theme.typography.bodySmall.fontSize }),
});

/** How much of a row a field takes. */
export type Width = 'short' | 'middle' | 'wide';
