import { moreValue, useList, type ListSource } from '../lists/useList';
import type { CommonProps } from './Labelled';
import { ManyValues } from './ManyValues';
import { valuesOf } from './values';
import { WithList } from './WithList';

interface Props extends CommonProps {
  value: string[] | undefined;
  onChange: (value: string[]) => void;
  list: ListSource;
}

/** Several values of a list that the back end reads, and any other that is typed. */
export function ListsField({ onChange, list, width, ...field }: Props) {
  const { options, failed } = useList(list);
  return (
    <WithList failed={failed} width={width}>
      <ManyValues
        {...field}
        width="wide"
        options={options}
        onChange={(chosen) => onChange(valuesOf(chosen.filter((option) => option.value !== moreValue)))}
      />
    </WithList>
  );
}
