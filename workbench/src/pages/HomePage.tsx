import { getBackendSrv } from '@grafana/runtime';
import { Alert, LoadingPlaceholder } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { addressWith, say } from '../address';
import { asError } from '../ask';
import type { World } from '../grafana/start';

interface Found {
  uid: string;
  title: string;
}

export function HomePage({ world }: { world: World }) {
  const [found, setFound] = useState<Found[] | string>();
  useEffect(() => {
    getBackendSrv()
      .get<Found[]>('/api/search')
      .then(setFound, (e: unknown) => setFound(asError(e).message ?? ''));
  }, []);
  if (found === undefined) {
    return <LoadingPlaceholder text={say('Loading…', '読み込み中…')} />;
  }
  if (typeof found === 'string') {
    return <Alert severity="error" title={found} />;
  }
  return (
    <>
      <h1>{say('Dashboards', 'ダッシュボード')}</h1>
      <p>
        {say('The tunnel’s alarm fires at ', 'トンネルのアラームの発生時刻：')}
        <time>{new Date(world.anchor).toISOString()}</time>
      </p>
      {found.length === 0 && (
        <p>
          {say('There is none in provisioning/grafana/dashboards.', 'provisioning/grafana/dashboards にありません。')}
        </p>
      )}
      <ul style={{ paddingLeft: 20 }}>
        {found.map((d) => (
          <li key={d.uid}>
            <a href={addressWith(`/d/${d.uid}`, {})} className="external-link">
              {d.title}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
