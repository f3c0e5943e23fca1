import { t } from '@grafana/i18n';
import { TextField } from './TextField';

interface Props {
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  /** How many where nothing is said. */
  otherwise: number;
  label?: string;
  description?: string;
  error?: string;
}

/** How many rows at most. What is no number stays as it is and is told by the query's validation. */
export function LimitField({ value, onChange, otherwise, label, description, error }: Props) {
  return (
    <TextField
      width="short"
      label={label ?? t('field.limit.label', 'Limit')}
      description={description}
      placeholder={String(otherwise)}
      value={value === undefined || value === 0 ? '' : Number.isNaN(value) ? '?' : String(value)}
      error={error}
      onChange={(text) => onChange(text === '' ? undefined : Number(text))}
    />
  );
}
