// Small choices that the server shall know when it draws the next page. Nothing secret.

const YEAR = 365 * 24 * 3600;

/** Remember `value` under `name` for this site; an empty value forgets it. */
export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = value ? YEAR : 0;
  document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}

/** The remembered value, or an empty string. */
export function recall(name) {
  const start = `${name}=`;
  const found = document.cookie.split("; ").find((part) => part.startsWith(start));
  return found ? decodeURIComponent(found.slice(start.length)) : "";
}

/** The token that every POST of this page must carry. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}
