import { choose, mistakeAt, openEditor, pick, write } from '../../testing/editor';
import { config } from '.';
import type { ConfigQuery } from './types';

const query = (fields: Partial<ConfigQuery>): ConfigQuery => ({ refId: 'A', queryType: 'config', ...fields });
const instance = 'AWS::EC2::Instance';

test.each<[string, Partial<ConfigQuery>, string[]]>([
  ['nothing but the type', {}, []],
  ['several types', { resourceType: `${instance}, AWS::EC2::VPC`, resourceTypes: ['AWS::S3::Bucket'] }, []],
  ['no type', { resourceType: 'instance' }, ['resourceType']],
  ['a variable as a type', { resourceType: '$type' }, []],
  ['too many types', { resourceTypes: Array.from({ length: 21 }, (_, i) => `AWS::EC2::T${i}`) }, ['resourceType']],
  ['a resource without its type', { resourceId: 'i-1' }, ['resourceType']],
  ['id and name', { resourceType: instance, resourceId: 'i-1', resourceName: 'web' }, ['resourceName']],
  ['the history of nothing', { kind: 'history' }, ['resourceType', 'resourceId']],
  ['the history of a resource', { kind: 'history', resourceType: instance, resourceName: 'web' }, []],
  ['a long history', { kind: 'history', resourceType: instance, resourceId: 'i-1', limit: 1001 }, ['limit']],
  ['resources by rule', { kind: 'compliance_resources', rules: ['restricted-ssh'] }, []],
  ['one resource by rule without its type', { kind: 'compliance_resources', resourceId: 'i-1' }, ['resourceType']],
  ['an unknown compliance', { kind: 'compliance', complianceTypes: ['GOOD'] }, ['complianceTypes']],
  ['no select', { kind: 'query' }, ['expression']],
  ['a select', { kind: 'query', expression: "SELECT resourceId WHERE tags.from = 'x from y'" }, ['expression']],
  ['a select with a text', { kind: 'query', expression: "SELECT resourceId WHERE a = 'x from y'" }, []],
  ['a select with FROM', { kind: 'query', expression: 'SELECT resourceId FROM resources' }, ['expression']],
  ['an unknown kind', { kind: 'graph' as ConfigQuery['kind'] }, ['kind']],
])('%s', (_name, fields, wrong) => {
  expect(config.validate(query(fields)).map((problem) => problem.field)).toEqual(wrong);
});

test('counts alone can alert', () => {
  expect(config.alerting(query({ kind: 'counts' })).can).toBe(true);
  expect(config.alerting(query({ kind: 'compliance' })).can).toBe(false);
});

test('what has nothing to ask yet is empty', () => {
  expect(config.isEmpty(query({ kind: 'history', resourceType: instance }))).toBe(true);
  expect(config.isEmpty(query({ kind: 'history', resourceType: instance, resourceId: 'i-1' }))).toBe(false);
  expect(config.isEmpty(query({ kind: 'query', expression: ' ' }))).toBe(true);
  expect(config.isEmpty(query({}))).toBe(false);
});

test('the history of a resource is built from empty', async () => {
  const editor = openEditor({ queryType: 'config' }, { lists: { 'resource-types': [instance, 'AWS::EC2::VPC'] } });
  await pick(editor.user, 'Show', 'History of a resource');
  expect(mistakeAt('Resource id')).toContain('id or the name');
  await choose(editor.user, 'Resource type', instance);
  await write(editor.user, 'Resource id', 'i-0a1b2c3d4e5f60041');
  expect(editor.query).toEqual({
    refId: 'A',
    queryType: 'config',
    kind: 'history',
    resourceType: instance,
    resourceTypes: undefined,
    resourceId: 'i-0a1b2c3d4e5f60041',
  });
});

test('compliance and an advanced query are built from empty', async () => {
  const editor = openEditor({ queryType: 'config' }, { lists: { rules: ['restricted-ssh', 'encrypted-volumes'] } });
  await pick(editor.user, 'Show', 'Resources by rule');
  await choose(editor.user, 'Rules', 'restricted-ssh');
  await choose(editor.user, 'Compliance', 'NON_COMPLIANT');
  expect(editor.query).toMatchObject({
    kind: 'compliance_resources',
    rules: ['restricted-ssh'],
    complianceTypes: ['NON_COMPLIANT'],
  });
  await pick(editor.user, 'Show', 'Advanced query');
  await write(editor.user, 'Advanced query', 'SELECT resourceId');
  expect(editor.query).toMatchObject({ kind: 'query', expression: 'SELECT resourceId' });
});
