import { Combobox } from '@grafana/ui';
import { moreValue, useList, type ListSource } from '../lists/useList';
import { useChoice } from './choice';
import { Labelled, type CommonProps } from './Labelled';
import { WithList } from './WithList';

interface Props extends CommonProps {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  list: ListSource;
}

/** One value of a list that the back end reads. Any other text can be typed, also when the list cannot be read. */
export function ListField({ value, onChange, list, placeholder, sample, width, ...common }: Props) {
  const { options, failed } = useList(list);
  const choose = useChoice(value || undefined, onChange);
  return (
    <WithList failed={failed} width={width}>
      <Labelled {...common} width="wide">
        {(id) => (
          <Combobox
            id={id}
            isClearable
            createCustomValue
            options={options}
            value={value || null}
            placeholder={placeholder ?? sample}
            onChange={(option) => option?.value !== moreValue && choose(option?.value.trim() || undefined)}
          />
        )}
      </Labelled>
    </WithList>
  );
}
