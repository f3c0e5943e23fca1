import { Combobox, Field, Input, MultiCombobox, Stack } from '@grafana/ui';
import { say } from '../address';
import { allValue } from '../grafana/templates';
import type { Variable } from './variables';

interface Props {
  variables: Variable[];
  onChange: (name: string, value: string[]) => void;
}

const hidden = 2; // Grafana's VariableHide.hideVariable

/** The controls above a dashboard. */
export function VariableBar({ variables, onChange }: Props) {
  return (
    <Stack direction="row" wrap="wrap" gap={2}>
      {variables
        .filter((v) => v.saved.hide !== hidden && v.saved.type !== 'constant')
        .map((v) => (
          <Field
            key={v.name}
            label={v.label ?? v.name}
            htmlFor={`variable-${v.name}`}
            invalid={v.error !== undefined}
            error={v.error}
            noMargin
          >
            <Control variable={v} onChange={(value) => onChange(v.name, value)} />
          </Field>
        ))}
    </Stack>
  );
}

function Control({ variable: v, onChange }: { variable: Variable; onChange: (value: string[]) => void }) {
  const id = `variable-${v.name}`;
  if (v.saved.type === 'textbox') {
    return (
      <Input
        id={id}
        width={24}
        defaultValue={String(v.value)}
        onBlur={(e) => onChange([e.currentTarget.value])}
        onKeyDown={(e) => e.key === 'Enter' && onChange([e.currentTarget.value])}
      />
    );
  }
  const all = { label: say('All', 'すべて'), value: allValue };
  const options = [...(v.includeAll ? [all] : []), ...v.options.map((o) => ({ label: o.text, value: o.value }))];
  if (v.multi) {
    return (
      <MultiCombobox
        id={id}
        width="auto"
        minWidth={16}
        maxWidth={48}
        options={options}
        value={[v.value].flat()}
        createCustomValue
        onChange={(picked) =>
          onChange(
            pickedOf(
              picked.map((p) => p.value),
              [v.value].flat()
            )
          )
        }
      />
    );
  }
  return (
    <Combobox
      id={id}
      width="auto"
      minWidth={16}
      maxWidth={48}
      options={options}
      value={String(v.value)}
      createCustomValue
      onChange={(picked) => onChange([picked.value])}
    />
  );
}

// "All" and single values shut each other out: the newer one stays.
function pickedOf(picked: string[], before: string[]): string[] {
  if (!picked.includes(allValue)) {
    return picked;
  }
  return before.includes(allValue) && picked.length > 1 ? picked.filter((p) => p !== allValue) : [allValue];
}
