const AT_END_PX = 4;

/** Notes on a `details` that a person opened or closed it, so that a later update does not undo that. */
export function rememberFolding() {
  document.addEventListener("click", (event) => {
    const details = event.target.closest?.("summary")?.parentElement;
    if (details) details.dataset.touched = "yes";
  });
}

/** Gives a re-drawn block what a reader folded or unfolded in the old one. */
export function carryFolding(before, now) {
  const fresh = foldersIn(now);
  for (const [index, old] of foldersIn(before).entries()) {
    if (old.dataset.touched === undefined || fresh[index] === undefined) continue;
    fresh[index].open = old.open;
    fresh[index].dataset.touched = "yes";
  }
}

/**
 * What a reader folded or unfolded anywhere in a message, known by its title; call the answer once the message is drawn anew.
 * Where a block was put in, those after it stand in other places than before.
 */
export function carryFoldingByTitle(message) {
  const touched = new Map(
    foldersIn(message)
      .filter((one) => one.dataset.touched !== undefined)
      .map((one) => [titleOf(one), one.open]),
  );
  return () => {
    for (const fresh of foldersIn(message)) {
      const open = touched.get(titleOf(fresh));
      if (open === undefined || fresh.dataset.touched !== undefined) continue;
      fresh.open = open;
      fresh.dataset.touched = "yes";
    }
  };
}

function titleOf(details) {
  return details.querySelector("summary")?.textContent ?? "";
}

/** A block may itself be what folds. */
function foldersIn(node) {
  return [node, ...node.querySelectorAll("details")].filter((one) => one.matches("details"));
}

/** How the code boxes of a block are scrolled; call the answer once the new block stands in the page. */
export function carryScroll(before) {
  const places = [...before.querySelectorAll("pre")].map((box) => ({
    top: box.scrollTop,
    atEnd: box.scrollTop > 0 && box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX,
  }));
  return (now) => {
    for (const [index, box] of [...now.querySelectorAll("pre")].entries()) {
      const place = places[index];
      if (place !== undefined) box.scrollTop = place.atEnd ? box.scrollHeight : place.top;
    }
  };
}
