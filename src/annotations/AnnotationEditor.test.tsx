import { render, screen } from '@testing-library/react';
import { useState } from 'react';
import { field, newUser } from '../testing/editor';
import { fakeDataSource, fakeGrafana, listsOf } from '../testing/fakes';
import type { AndonQuery } from '../types';
import { AnnotationEditor } from './AnnotationEditor';

test('an annotation is of a type that has moments, and has no kind to choose', async () => {
  fakeGrafana(listsOf({ regions: [] }));
  const datasource = fakeDataSource();
  let now = { refId: 'Anno', ...datasource.annotations.getDefaultQuery?.() } as AndonQuery;
  function Page() {
    const [query, setQuery] = useState(now);
    now = query;
    return <AnnotationEditor datasource={datasource} query={query} onChange={setQuery} onRunQuery={() => {}} />;
  }
  render(<Page />);
  const user = newUser();
  expect(screen.queryByText('Show')).not.toBeInTheDocument();
  await user.click(field('Query type'));
  const options = await screen.findAllByRole('option');
  expect(options.map((option) => option.textContent)).toEqual([
    expect.stringContaining('Alarms'),
    expect.stringContaining('CloudTrail'),
    expect.stringContaining('Config'),
    expect.stringContaining('Andon board'),
  ]);
  await user.click(options[1]);
  expect(now).toMatchObject({ queryType: 'cloudtrail', kind: 'annotations' });
});
