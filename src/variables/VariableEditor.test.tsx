import { render, screen } from '@testing-library/react';
import { useState } from 'react';
import { choose, mistakeAt, newUser, pick, write } from '../testing/editor';
import { fakeDataSource, fakeGrafana, listsOf } from '../testing/fakes';
import type { VariableQuery } from './types';
import { VariableEditor } from './VariableEditor';

function openVariable() {
  fakeGrafana(listsOf({ namespaces: ['AWS/EC2'], metrics: ['CPUUtilization'], 'dimension-keys': ['InstanceId'] }));
  const datasource = fakeDataSource();
  // A new variable's query is an empty text.
  const opened = { query: '' as unknown as VariableQuery, user: newUser() };
  function Page() {
    const [query, setQuery] = useState(opened.query);
    opened.query = query;
    return <VariableEditor datasource={datasource} query={query} onChange={setQuery} onRunQuery={() => {}} />;
  }
  render(<Page />);
  return opened;
}

test('the values of a dimension', async () => {
  const variable = openVariable();
  await pick(variable.user, 'List', 'Values of a dimension');
  expect(mistakeAt('Dimension')).toContain('InstanceId');
  await choose(variable.user, 'Namespace', 'AWS/EC2');
  await choose(variable.user, 'Metric', 'CPUUtilization');
  await choose(variable.user, 'Dimension', 'InstanceId');
  await write(variable.user, 'Where', 'VpcId=$vpc');
  expect(variable.query).toEqual({
    refId: 'AndonVariable',
    source: 'list',
    list: 'dimension-values',
    namespace: 'AWS/EC2',
    metric: 'CPUUtilization',
    key: 'InstanceId',
    where: 'VpcId=$vpc',
  });
});

test('a column of a query', async () => {
  const variable = openVariable();
  await variable.user.click(screen.getByRole('radio', { name: 'A column of a query' }));
  await pick(variable.user, 'Query type', 'CloudTrail');
  await write(variable.user, 'Column or label', 'user');
  expect(variable.query).toMatchObject({
    source: 'query',
    query: { queryType: 'cloudtrail', changes: true },
    column: 'user',
  });
});
