import { render, screen } from '@testing-library/react';
import { isValidElement, type RefCallback } from 'react';
import { Fragment, jsx, jsxs } from './jsxRuntime';

test('elements are those of createElement', () => {
  const ref: RefCallback<HTMLElement> = jest.fn();
  const item = jsx('li', { children: 'one', ref }, 'k');
  expect(isValidElement(item)).toBe(true);
  expect(item.key).toBe('k');
  const complaints = jest.spyOn(console, 'error').mockImplementation();
  render(jsx(Fragment, { children: jsxs('ul', { children: [jsx('li', { children: 'zero' }), item] }) }));
  expect(screen.getAllByRole('listitem').map((e) => e.textContent)).toEqual(['zero', 'one']);
  expect(ref).toHaveBeenCalledWith(screen.getByText('one'));
  expect(complaints).not.toHaveBeenCalled(); // about keys of children that stand in the source one by one
});
