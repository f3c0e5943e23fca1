import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { RadioButtonGroup, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { addressWith, asAlert, language, role, roles, say, theme } from './address';

const pages = [
  { path: '/', name: say('Dashboards', 'ダッシュボード') },
  { path: '/explore', name: say('Explore', 'エクスプローラー') },
  { path: '/variables', name: say('Variables', '変数') },
  { path: '/annotations', name: say('Annotations', 'アノテーション') },
  { path: '/config', name: say('Settings', '設定') },
];

// A switch loads the page anew: language, theme and user are read at the start,
// as Grafana reads them.
const go = (change: Record<string, string | undefined>) => location.assign(addressWith(location.pathname, change));

/** The frame of every page: where to go, and as whom, in which language and theme. */
export function Shell({ children }: { children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <header className={styles.header}>
        <strong>Andon workbench</strong>
        <nav aria-label={say('Pages', 'ページ')} className={styles.nav}>
          {pages.map(({ path, name }) => (
            <a key={path} href={addressWith(path, {})} aria-current={location.pathname === path ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div className={styles.switches}>
          <RadioButtonGroup
            size="sm"
            aria-label={say('Asked by', '問い合わせ元')}
            options={[
              { label: say('Panel', 'パネル'), value: '' },
              { label: say('Alert rule', 'アラートルール'), value: '1' },
            ]}
            value={asAlert ? '1' : ''}
            onChange={(alert) => go({ alert: alert || undefined })}
          />
          <RadioButtonGroup
            size="sm"
            aria-label={say('Role', 'ロール')}
            options={roles.map((value) => ({ label: value, value }))}
            value={role}
            onChange={(value) => go({ role: value })}
          />
          <RadioButtonGroup
            size="sm"
            aria-label={say('Theme', 'テーマ')}
            options={[
              { label: say('Dark', 'ダーク'), value: 'dark' },
              { label: say('Light', 'ライト'), value: 'light' },
            ]}
            value={theme}
            onChange={(value) => go({ theme: value })}
          />
          <RadioButtonGroup
            size="sm"
            aria-label={say('Language', '言語')}
            options={[
              { label: 'English', value: 'en-US' },
              { label: '日本語', value: 'ja-JP' },
            ]}
            value={language}
            onChange={(lang) => go({ lang })}
          />
        </div>
      </header>
      <main className={styles.main}>{children}</main>
    </>
  );
}

const getStyles = (t: GrafanaTheme2) => ({
  header: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: t.spacing(1, 3),
    padding: t.spacing(1, 2),
    background: t.colors.background.primary,
    borderBottom: `1px solid ${t.colors.border.weak}`,
  }),
  nav: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: t.spacing(2),
    '& a[aria-current]': { color: t.colors.text.link, fontWeight: t.typography.fontWeightMedium },
  }),
  switches: css({ display: 'flex', flexWrap: 'wrap', gap: t.spacing(1), marginLeft: 'auto' }),
  main: css({ padding: t.spacing(2), background: t.colors.background.canvas, minHeight: '100vh' }),
});
