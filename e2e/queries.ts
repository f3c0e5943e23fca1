/** One query of each type and shape, over the last hour of the fake AWS's story. */
export interface Example {
  name: string;
  query: Record<string, unknown>;
  /** How a panel draws it. */
  panel: 'timeseries' | 'table' | 'stat' | 'logs';
  /** Text that its answer shows in a table; logs and tables have some. */
  shows?: string;
}

const log = '/var/log/secure';

export const examples: Example[] = [
  {
    name: 'metrics',
    query: {
      queryType: 'metrics',
      namespace: 'AWS/VPN',
      metricName: 'TunnelState',
      dimensions: { VpnId: '*', TunnelIpAddress: '*' },
      statistic: 'Minimum',
      period: '60',
    },
    panel: 'timeseries',
  },
  {
    name: 'metric math',
    query: {
      queryType: 'metrics',
      expression: `SEARCH('{AWS/EC2,InstanceId} MetricName="CPUUtilization"', 'Maximum', 300)`,
      period: '5m',
    },
    panel: 'timeseries',
  },
  {
    name: 'logs, filter',
    query: { queryType: 'logs', mode: 'filter', logGroups: [log], pattern: 'preauth' },
    panel: 'logs',
    shows: 'preauth',
  },
  {
    name: 'logs, insights',
    query: { queryType: 'logs', logGroups: [log], query: 'stats count(*) as lines by bin(5m)' },
    panel: 'timeseries',
  },
  { name: 'alarms', query: { queryType: 'alarms' }, panel: 'table', shows: 'vpn-tunnel-1-down' },
  { name: 'alarms by state', query: { queryType: 'alarms', kind: 'counts' }, panel: 'stat' },
  {
    name: 'alarm history',
    query: { queryType: 'alarms', kind: 'history' },
    panel: 'table',
    shows: 'vpn-tunnel-1-down',
  },
  {
    name: 'cloudtrail',
    query: { queryType: 'cloudtrail', attribute: 'EventName', value: 'StopInstances' },
    panel: 'table',
    shows: 'StopInstances',
  },
  {
    name: 'config',
    query: { queryType: 'config', resourceType: 'AWS::EC2::Instance' },
    panel: 'table',
    shows: 'AWS::EC2::Instance',
  },
  { name: 'compliance', query: { queryType: 'config', kind: 'compliance' }, panel: 'table', shows: 'NON_COMPLIANT' },
];
