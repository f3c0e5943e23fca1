import { MultiCombobox } from '@grafana/ui';
import { moreValue, useList, type ListSource } from '../lists/useList';
import { Labelled, type CommonProps } from './Labelled';
import { valuesOf } from './values';
import { WithList } from './WithList';

interface Props extends CommonProps {
  value: string[] | undefined;
  onChange: (value: string[]) => void;
  list: ListSource;
}

/** Several values of a list that the back end reads, and any other that is typed. */
export function ListsField({ value, onChange, list, placeholder, sample, width, ...common }: Props) {
  const { options, failed } = useList(list);
  return (
    <WithList failed={failed} width={width}>
      <Labelled {...common} width="wide">
        {(id, _describedBy, labelledBy) => (
          <MultiCombobox
            id={id}
            aria-labelledby={labelledBy} // Grafana 12.2 gives it no id
            isClearable
            createCustomValue
            options={options}
            value={value ?? []}
            placeholder={placeholder ?? sample}
            onChange={(chosen) => onChange(valuesOf(chosen.filter((option) => option.value !== moreValue)))}
          />
        )}
      </Labelled>
    </WithList>
  );
}
