import { t } from '@grafana/i18n';
import type { ComboboxOption } from '@grafana/ui';
import { ChoiceField } from '../fields';
import type { Purpose } from './type';

interface Props<K extends string> {
  purpose: Purpose;
  value: K;
  /** All kinds but annotations. */
  options: Array<ComboboxOption<K>>;
  /** What annotations of the type show. */
  annotations: string;
  error?: string;
  onChange: (kind: K) => void;
}

/** What of its type a query shows. The editor of annotations leaves no choice. */
export function KindField<K extends string>({ purpose, options, annotations, ...field }: Props<K | 'annotations'>) {
  if (purpose === 'annotation') {
    return null;
  }
  const marks = {
    value: 'annotations' as const,
    label: t('kind.annotations', 'Annotations'),
    description: annotations,
  };
  return <ChoiceField label={t('kind.label', 'Show')} options={[...options, marks]} {...field} />;
}
