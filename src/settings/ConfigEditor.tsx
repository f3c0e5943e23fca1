import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Divider, Stack, useStyles2 } from '@grafana/ui';
import { AccountsSection } from './AccountsSection';
import { AuthSection } from './AuthSection';
import { BridgeSection } from './BridgeSection';
import { Checks } from './Checks';
import { formOf, type ConfigProps } from './form';
import { LimitsSection } from './LimitsSection';
import { NetworkSection } from './NetworkSection';

/** The settings of a data source. One that a file provisions can be looked at and checked, not changed. */
export function ConfigEditor(props: ConfigProps) {
  const form = formOf(props);
  const styles = useStyles2(getStyles);
  return (
    <Stack direction="column" gap={1}>
      <fieldset className={styles.fields} disabled={props.options.readOnly}>
        <AuthSection form={form} />
        <Divider />
        <AccountsSection form={form} />
        <Divider />
        <NetworkSection form={form} />
        <Divider />
        <BridgeSection form={form} />
        <Divider />
      </fieldset>
      <Checks uid={props.options.uid} />
      <Divider />
      <LimitsSection />
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  fields: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    minWidth: 0, // a fieldset is otherwise as wide as its widest line
    margin: 0,
    padding: 0,
    border: 0,
  }),
});
