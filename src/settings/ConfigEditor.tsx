import { Divider, Stack } from '@grafana/ui';
import { AccountsSection } from './AccountsSection';
import { AuthSection } from './AuthSection';
import { BridgeSection } from './BridgeSection';
import { Checks } from './Checks';
import { formOf, type ConfigProps } from './form';
import { LimitsSection } from './LimitsSection';
import { NetworkSection } from './NetworkSection';

/** The settings of a data source. */
export function ConfigEditor(props: ConfigProps) {
  const form = formOf(props);
  return (
    <Stack direction="column" gap={1}>
      <AuthSection form={form} />
      <Divider />
      <AccountsSection form={form} />
      <Divider />
      <NetworkSection form={form} />
      <Divider />
      <BridgeSection form={form} />
      <Divider />
      <Checks uid={props.options.uid} />
      <Divider />
      <LimitsSection />
    </Stack>
  );
}
