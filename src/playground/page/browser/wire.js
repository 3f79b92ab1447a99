/** The server said no and will go on saying so, for example because the token is of an earlier start. */
export class Refused extends Error {}

/** The calls of the page to its server. `post` answers `{ok: true}` or `{ok: false, error}`, also when nobody answers. */
export function createWire(token) {
  const headers = { "x-playground-token": token };
  return {
    streamAddress: (as) => `stream?${new URLSearchParams({ as, token })}`,

    async fetchState(as) {
      const query = as ? `?${new URLSearchParams({ as })}` : "";
      const response = await fetch(`state${query}`, { headers });
      if (response.status === 401 || response.status === 403) throw new Refused(await sentenceOf(response));
      if (as && [400, 404].includes(response.status)) return await this.fetchState(null);
      if (!response.ok) throw new Error(await sentenceOf(response));
      return await response.json();
    },

    async post(path, body) {
      try {
        const response = await fetch(path, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        return response.ok ? { ok: true } : { ok: false, error: await sentenceOf(response) };
      } catch {
        return { ok: false, error: "The playground's server does not answer. Is the program still running?" };
      }
    },
  };
}

async function sentenceOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    return text || `The server answered ${response.status}.`;
  }
}
