// Stands for react/jsx-runtime in the bundle. Grafana 12.2 hands out react but
// not this part of it, and React's own reads the insides of the React that it
// came with: it would fail with the React of a later Grafana.
import { createElement, Fragment, type Attributes, type ElementType, type Key, type ReactNode } from 'react';

export function jsx(type: ElementType, props: object, key?: Key) {
  return createElement(type, keyed(props, key));
}

/** Of children that stand in the source one by one: they need no keys, unlike those of a list. */
export function jsxs(type: ElementType, { children, ...props }: { children: ReactNode[] }, key?: Key) {
  return createElement(type, keyed(props, key), ...children);
}

const keyed = (props: object, key: Key | undefined): Attributes => (key === undefined ? props : { ...props, key });

export { Fragment };
