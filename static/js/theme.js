// A classic script in the head: it runs before the first paint, so no theme ever flashes.
// The server has written the theme of the cookie already; a page from a cache may be older.
(() => {
  const root = document.documentElement;
  const match = /(?:^|; )theme=(light|dark)(?:;|$)/.exec(document.cookie);
  if (match) root.dataset.theme = match[1];
  root.classList.add("js");
})();
