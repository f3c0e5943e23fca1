import { t } from '@grafana/i18n';
import type { Fields } from '../../types';
import type { Example } from '../type';
import type { MetricsQuery } from './types';

export const searchExample = `SEARCH('{AWS/EC2,InstanceId} MetricName="CPUUtilization"', 'Average', 300)`;
export const sqlExample = `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) GROUP BY InstanceId`;

export function cpu(): Fields<MetricsQuery> {
  return {
    queryType: 'metrics',
    mode: 'metric',
    namespace: 'AWS/EC2',
    metricName: 'CPUUtilization',
    dimensions: { InstanceId: ['*'] },
    statistic: 'Average',
    period: 'auto',
  };
}

export function examples(): Array<Example<MetricsQuery>> {
  return [
    { title: t('metrics.example.cpu', 'CPU of every instance'), query: cpu() },
    {
      title: t('metrics.example.status', 'Failed status checks of every instance'),
      query: { ...cpu(), metricName: 'StatusCheckFailed', statistic: 'Maximum', period: '60' },
    },
    {
      title: t('metrics.example.network', 'Network traffic into every instance'),
      query: { ...cpu(), metricName: 'NetworkIn', statistic: 'Sum', period: '300' },
    },
    {
      title: t('metrics.example.vpn', 'VPN tunnels: 1 is up, 0 is down'),
      query: {
        ...cpu(),
        namespace: 'AWS/VPN',
        metricName: 'TunnelState',
        dimensions: { VpnId: ['*'], TunnelIpAddress: ['*'] },
        statistic: 'Minimum',
        period: '60',
      },
    },
    {
      title: t('metrics.example.search', 'CPU of whatever instances there are, by SEARCH'),
      query: { queryType: 'metrics', mode: 'expression', expression: searchExample, period: '300' },
    },
    {
      title: t('metrics.example.sql', 'CPU by instance, by Metrics Insights'),
      query: { queryType: 'metrics', mode: 'sql', sqlExpression: sqlExample, period: '300' },
    },
  ];
}
