import './grafana/boot';
import { ThemeContext } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Alert, ErrorBoundaryAlert, GlobalStyles, PortalContainer } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { Shell } from './Shell';
import { Toasts } from './Toasts';
import { asError } from './ask';
import { type World, start } from './grafana/start';
import { AnnotationsPage } from './pages/AnnotationsPage';
import { ConfigPage } from './pages/ConfigPage';
import { DashboardPage } from './pages/DashboardPage';
import { ExplorePage } from './pages/ExplorePage';
import { HomePage } from './pages/HomePage';
import { VariablesPage } from './pages/VariablesPage';

function Page({ world }: { world: World }) {
  const [, first, second] = location.pathname.split('/');
  switch (first) {
    case '':
      return <HomePage world={world} />;
    case 'explore':
      return <ExplorePage world={world} />;
    case 'config':
      return <ConfigPage world={world} />;
    case 'variables':
      return <VariablesPage world={world} />;
    case 'annotations':
      return <AnnotationsPage world={world} />;
    case 'd':
      return <DashboardPage world={world} uid={decodeURIComponent(second ?? '')} />;
    default:
      return <Alert severity="error" title={`The workbench has no page ${location.pathname}`} />;
  }
}

const root = createRoot(document.getElementById('root')!);

function show(content: React.ReactNode) {
  root.render(
    <ThemeContext.Provider value={config.theme2}>
      <GlobalStyles />
      <Shell>
        <ErrorBoundaryAlert>{content}</ErrorBoundaryAlert>
      </Shell>
      <Toasts />
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

start().then(
  (world) => show(<Page world={world} />),
  (error: unknown) => {
    console.error(error);
    show(
      <Alert severity="error" title="The plugin could not be loaded">
        {asError(error).message}
      </Alert>
    );
  }
);
