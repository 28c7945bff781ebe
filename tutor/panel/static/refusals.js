// Why a talk cannot begin or go on, in words: a refused WebSocket does not say, an ordinary request does.

export const REASONS = {
  finished: "The time is used up.",
  out_of_minutes: "This month's voice minutes of your plan are used up.",
  quiet: "It had gone quiet.",
  closed: "You ended the talk.",
  learner_left: "You had left.",
  failed: "Something went wrong on the server.",
};
const BUSY = "The server is full or restarting.";

const ask = address => fetch(address, {signal: AbortSignal.timeout(8000)});
const read = async answer => answer.ok ? (await answer.json()).data : null;

function spent({plan, quotas}) {
  const full = quotas.find(({quota, left}) => left === 0 && quota !== "companions");
  if (!full) return null;
  return full.quota === "concurrent_sessions"
    ? `Another talk of yours is going on, in another window or on the phone. Your plan “${plan}” allows ${full.limit} at a time: end that one first.`
    : `Your plan “${plan}” includes ${full.limit} ${full.quota.replaceAll("_", " ")} a month, and they are used up. Whoever runs this Viva can give you a larger plan.`;
}

// {text, over, summary}: `over` if it makes no sense to try again. Throws if there is no network.
export async function whyRefused(companion, session) {
  const found = await ask(`/api/v1/companions/${companion.slug}`);
  if (found.status === 401) return {over: true, text: "You are signed out. Open your sign-in link again, or ask for a new one."};
  if (found.status === 404) return {over: true, text: `${companion.name} is not there any more.`};
  if (!found.ok) return {over: false, text: (await found.json().catch(() => ({}))).error ?? BUSY};
  if (session) {
    const answer = await ask(`/api/v1/sessions/${session}`);
    const kept = await read(answer);
    if (kept?.status === "ended") return {over: true, text: REASONS[kept.ended_reason] ?? "This talk is over.", summary: kept.summary};
    if (answer.status === 404) return {over: true, text: "This talk is over."};
    return {over: false, text: BUSY};
  }
  const usage = await read(await ask("/api/v1/me/usage"));
  const why = usage && spent(usage);
  return why ? {over: true, text: why} : {over: false, text: BUSY};
}
