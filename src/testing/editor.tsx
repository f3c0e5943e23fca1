import type { CoreApp, PanelData } from '@grafana/data';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent, { PointerEventsCheckLevel } from '@testing-library/user-event';
import { Profiler, useState } from 'react';
import { QueryEditor } from '../editor/QueryEditor';
import type { AndonQuery } from '../types';
import { fakeDataSource, fakeGrafana, listsOf } from './fakes';

interface Options {
  lists?: Record<string, string[]>;
  app?: CoreApp;
  data?: PanelData;
}

/** The query editor as Grafana shows it: what it gives comes back to it. */
export function openEditor(first: Partial<AndonQuery>, { lists = {}, app, data }: Options = {}) {
  const asked = fakeGrafana(listsOf({ regions: ['ap-northeast-1', 'us-east-1'], accounts: ['default'], ...lists }));
  const datasource = fakeDataSource();
  const opened = {
    query: { refId: 'A', ...first } as AndonQuery,
    /** How often the panel was run. */
    runs: 0,
    /** How often anything of the editor was rendered. */
    renders: 0,
    asked,
    user: newUser(),
  };
  function Panel() {
    const [query, setQuery] = useState(opened.query);
    opened.query = query;
    return (
      <QueryEditor
        datasource={datasource}
        query={query}
        onChange={setQuery}
        onRunQuery={() => (opened.runs += 1)}
        app={app}
        data={data}
      />
    );
  }
  render(
    <Profiler id="editor" onRender={() => (opened.renders += 1)}>
      <Panel />
    </Profiler>
  );
  return opened;
}

/** A control by its label, without the star of a required one and without its description. */
export function field(name: string): HTMLElement {
  const labels = [...document.querySelectorAll('label')];
  const found = labels.filter((label) => textOf(label).replace(/ \*$/, '') === name);
  const control = found.length === 1 ? controlOf(found[0]) : null;
  if (!control) {
    throw new Error(`${found.length} controls are labelled ${name}; there are ${labels.map(textOf).join(', ')}`);
  }
  return control;
}

/** What a label names, by either way of binding. */
export function controlOf({ id, htmlFor }: HTMLLabelElement): HTMLElement | null {
  return document.getElementById(htmlFor) ?? document.querySelector(`input[aria-labelledby="${id}"]`);
}

/** What is said to be wrong at a control, if something is. */
export function mistakeAt(name: string): string | undefined {
  let around = field(name).parentElement;
  while (around && around.querySelectorAll('label').length <= 1) {
    const alert = around.querySelector('[role=alert]');
    if (alert) {
      return alert.textContent ?? '';
    }
    around = around.parentElement;
  }
  return undefined;
}

/** The label's own text: its description follows in an element of its own. */
function textOf(label: HTMLLabelElement): string {
  const inner = label.querySelector('div') ?? label;
  return inner.firstChild?.textContent ?? '';
}

/** Types into a field with a list and takes what was typed, or the first that is found. */
export async function choose(user: ReturnType<typeof userEvent.setup>, label: string, text: string) {
  const input = field(label);
  await user.click(input);
  await user.paste(text);
  await user.click(await option((shown) => shown.includes(text)));
  await user.tab(); // closes the menu of a field that takes several
}

/** Chooses an option by its label, without typing. */
export async function pick(user: ReturnType<typeof userEvent.setup>, label: string, name: string) {
  await user.click(field(label));
  await user.click(await option((shown) => shown.startsWith(name)));
}

/** The first option of the open menu that fits. */
function option(fits: (shown: string) => boolean): Promise<HTMLElement> {
  return waitFor(() => {
    const found = screen.queryAllByRole('option').find((element) => fits(element.textContent ?? ''));
    if (!found) {
      throw new Error(
        `none of these fits: ${screen
          .queryAllByRole('option')
          .map((element) => element.textContent)
          .join(', ')}`
      );
    }
    return found;
  });
}

/** A user whose clicks do not ask first whether styles let them through: in jsdom that is slow. */
export function newUser() {
  return userEvent.setup({ pointerEventsCheck: PointerEventsCheckLevel.Never });
}

/** Writes into a text field and leaves it. Braces have no meaning. */
export async function write(user: ReturnType<typeof userEvent.setup>, label: string, text: string) {
  const input = field(label);
  await user.clear(input);
  await user.click(input);
  await user.paste(text);
  await user.tab();
}
