/** Made by workbench/build.mjs of the list that webpack leaves out of the plugin, too. */
declare module 'grafana-packages' {
  export const packages: Record<string, object>;
}
