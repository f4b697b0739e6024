// Requests to this server. Failures carry a code, for words.error_text.

export class ApiError extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

let csrf = "";
export function set_csrf(token) {
  csrf = token;
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "offline", String(error));
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new ApiError(response.status, body.error?.code ?? "failed", body.error?.detail ?? "");
}

// `is_refresh`: the page asks by itself, which does not keep a session alive.
export async function get(path, { signal, is_refresh } = {}) {
  const headers = is_refresh ? { "X-Refresh": "1" } : {};
  return (await send(path, { signal, headers })).json();
}

export async function post(path, body, { signal } = {}) {
  return send(path, {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
}
