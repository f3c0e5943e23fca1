import type { ComboboxOption } from '@grafana/ui';
import { useLayoutEffect, useMemo, useRef } from 'react';

/**
 * The options by their content: the same objects until something in them
 * changes. Grafana's Combobox knows its choice by identity, and takes an equal
 * object for another choice.
 */
export function useOptions<T extends string>(options: Array<ComboboxOption<T>>): Array<ComboboxOption<T>> {
  const content = JSON.stringify(options);
  return useMemo(() => JSON.parse(content) as Array<ComboboxOption<T>>, [content]);
}

/**
 * Hands a choice on only if it is another than the one that is kept. The
 * Combobox of Grafana 12.2 can repeat its last choice at each render that the
 * choice brings about, which would go on for ever.
 */
export function useChoice<T>(value: T, onChange: (value: T) => void): (chosen: T) => void {
  const newest = useRef(value);
  useLayoutEffect(() => {
    newest.current = value; // also when the choice was not taken
  });
  return (chosen) => {
    if (chosen !== newest.current) {
      newest.current = chosen;
      onChange(chosen);
    }
  };
}
