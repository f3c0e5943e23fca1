// What is wrong with the layout of a page, seen as a person would see it.

/** Controls that overlap, texts that are cut off, and a page wider than its window. */
export async function layoutFaults(page) {
  return page.evaluate(() => {
    const faults = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
      faults.push(`the page is ${scrollWidth - clientWidth} pixels too wide`);
    }
    const name = (e) =>
      `${e.tagName.toLowerCase()} "${(e.getAttribute('aria-label') ?? e.innerText ?? e.value ?? '').trim().slice(0, 40)}"`;
    const isShown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const controls = [...document.querySelectorAll('input, textarea, button, a[href]')].filter((e) => {
      const { width, height } = e.getBoundingClientRect();
      return width > 1 && height > 1 && isShown(e) && !e.closest('[role="grid"]');
    });
    const boxes = controls.map((e) => e.getBoundingClientRect());
    for (let i = 0; i < controls.length; i++) {
      for (let k = i + 1; k < controls.length; k++) {
        const [a, b] = [boxes[i], boxes[k]];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // A button within its own field is meant to lie on it.
        const together =
          controls[i].parentElement.parentElement.contains(controls[k]) ||
          controls[k].parentElement.parentElement.contains(controls[i]);
        if (across > 2 && down > 2 && !together) {
          faults.push(`${name(controls[i])} and ${name(controls[k])} overlap`);
        }
      }
    }
    // Labels, buttons, badges and messages must be readable whole.
    for (const e of document.querySelectorAll('label, button, [role="alert"], h1, h2, h3, nav a')) {
      const style = getComputedStyle(e);
      const cut = e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 4;
      if (isShown(e) && style.overflow !== 'visible' && cut && e.clientWidth > 0) {
        faults.push(`${name(e)} is cut off`);
      }
    }
    // What lies in a box that cuts or scrolls does not reach beyond that box.
    const isBoxed = (e) => {
      for (let box = e.parentElement; box && box.tagName !== 'MAIN'; box = box.parentElement) {
        if (getComputedStyle(box).overflowX !== 'visible' && box.getBoundingClientRect().right <= clientWidth + 1) {
          return true;
        }
      }
      return false;
    };
    for (const e of document.querySelectorAll('main *')) {
      const box = e.getBoundingClientRect();
      if (isShown(e) && e.children.length === 0 && box.width > 0 && box.right > clientWidth + 1 && !isBoxed(e)) {
        faults.push(`${name(e)} reaches out of the window`);
      }
    }
    return faults;
  });
}
