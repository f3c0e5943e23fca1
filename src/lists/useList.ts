import { t } from '@grafana/i18n';
import type { ComboboxOption } from '@grafana/ui';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import { reasonOf, toOption, type ListName, type ListParams, type Lists } from './lists';

/** A list that a field chooses from, with its parameters. */
export interface ListSource {
  lists: Lists;
  name: ListName;
  params: ListParams;
  /** Choices that the list does not have, as "all". */
  extra?: ComboboxOption[];
}

/**
 * The options of a list for a Combobox, read when its menu opens and at each
 * search; failed is why it could not be read. The menu is then empty, and what
 * is typed is taken nevertheless. The function stays the same for good: a new
 * one would be a new choice to the Combobox of Grafana 12.2.
 */
export function useList(source: ListSource) {
  const [failed, setFailed] = useState<string>();
  const newest = useRef(source);
  useLayoutEffect(() => {
    newest.current = source;
  });
  const options = useCallback(async (search: string): Promise<ComboboxOption[]> => {
    const { lists, name, params, extra = [] } = newest.current;
    const first = extra.filter((option) => option.value.includes(search));
    try {
      const found = await lists.read(name, params, search);
      setFailed(undefined);
      const all = [...first, ...found.items.map(toOption)];
      return found.more ? [...all, moreOption(found.items.length)] : all;
    } catch (error) {
      setFailed(reasonOf(error));
      return first;
    }
  }, []);
  return { options, failed };
}

/** The last row of a menu that does not show everything. Choosing it does nothing. */
function moreOption(shown: number): ComboboxOption {
  return {
    value: moreValue,
    label: t('list.more', 'More than these {{- shown}}: type to search', { shown }),
    infoOption: true,
  };
}

/** Older Grafana lets an info row be chosen: fields ignore this value. */
export const moreValue = '\u0000more';
