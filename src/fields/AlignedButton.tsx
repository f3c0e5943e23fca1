import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2, type IconName } from '@grafana/ui';

interface Props {
  icon: IconName;
  label: string;
  onClick: () => void;
}

/** A button at the height of the controls beside it, which have labels above them. */
export function AlignedButton({ icon, label, onClick }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.below}>
      <IconButton name={icon} aria-label={label} tooltip={label} onClick={onClick} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  below: css({ paddingTop: theme.spacing(3.5) }),
});
