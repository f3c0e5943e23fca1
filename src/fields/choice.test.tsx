import type { ComboboxOption } from '@grafana/ui';
import { act, render } from '@testing-library/react';
import { useState } from 'react';
import { listsOf, fakeDataSource, fakeGrafana } from '../testing/fakes';
import { ChoiceField } from './ChoiceField';
import { ListField } from './ListField';
import { OpenChoiceField } from './OpenChoiceField';

interface Given {
  options: unknown;
  onChange: (option: ComboboxOption) => void;
}

// What the fields hand to Grafana's Combobox at each render.
const given: Given[] = [];
jest.mock('@grafana/ui', () => ({
  ...jest.requireActual<object>('@grafana/ui'),
  Combobox: (props: Given) => {
    given.push(props);
    return null;
  },
}));
const last = () => given[given.length - 1];

beforeEach(() => {
  given.length = 0;
});

// Options are made anew at each render, as the editors do.
const fresh = () => ['a', 'b'].map((value) => ({ value, label: value.toUpperCase() }));
const source = fakeDataSource();

type Control = (props: { value: string; onChange: (value: string | undefined) => void }) => React.JSX.Element;

const controls: Array<[string, Control]> = [
  ['ChoiceField', (props) => <ChoiceField label="choice" options={fresh()} {...props} />],
  ['OpenChoiceField', (props) => <OpenChoiceField label="choice" options={fresh()} {...props} />],
  [
    'ListField',
    (props) => (
      <ListField
        label="choice"
        list={{ lists: source.lists, name: 'regions', params: { of: props.value } }}
        {...props}
      />
    ),
  ],
];

describe.each(controls)('%s', (_name, Control) => {
  /** The field in a form; takes says which choices the form takes over. */
  function open(takes: (value: string) => boolean = () => true) {
    fakeGrafana(listsOf({ regions: ['a', 'b'] }));
    const chosen: Array<string | undefined> = [];
    function Form() {
      const [value, setValue] = useState('a');
      const onChange = (next: string | undefined) => {
        chosen.push(next);
        setValue((now) => (next !== undefined && takes(next) ? next : now));
      };
      return <Control value={value} onChange={onChange} />;
    }
    const view = render(<Form />);
    return { chosen, again: () => view.rerender(<Form />) };
  }

  test('the options stay the same objects while they say the same', () => {
    const { again } = open();
    const first = last().options;
    again();
    act(() => last().onChange({ value: 'b' }));
    expect(given.length).toBeGreaterThan(2);
    expect(last().options).toBe(first);
  });

  test('a choice that the menu repeats is handed on once', () => {
    const { chosen } = open();
    const { onChange } = last();
    act(() => {
      onChange({ value: 'b' });
      onChange({ value: 'b' }); // by the handler of before
    });
    act(() => last().onChange({ value: 'b' }));
    expect(chosen).toEqual(['b']);
    act(() => last().onChange({ value: 'a' }));
    expect(chosen).toEqual(['b', 'a']);
  });

  test('a choice that was not taken can be made again', () => {
    const { chosen, again } = open((value) => value !== 'b');
    act(() => last().onChange({ value: 'b' }));
    again();
    act(() => last().onChange({ value: 'b' }));
    expect(chosen).toEqual(['b', 'b']);
  });
});
