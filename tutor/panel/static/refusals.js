// Why a talk cannot begin or go on, in words: a refused WebSocket does not say, an ordinary request does.
import {refusal} from "./problems.js";
import {t} from "./words.js";

const ask = address => fetch(address, {signal: AbortSignal.timeout(8000)});
const read = async answer => answer.ok ? (await answer.json()).data : null;

export const ended = reason => t(`talk.reason.${reason}`) || t("talk.over");

// What is used up, and the smallest plan that has more of it, as other pages say it.
async function spent({plan, quotas}) {
  const full = quotas.find(({quota, left}) => left === 0 && quota !== "companions");
  if (!full) return null;
  const {quota, limit, used} = full;
  if (quota === "concurrent_sessions") return t("talk.another", {limit});
  const plans = await read(await ask("/api/v1/plans")) ?? [];
  const larger = plans.find(({limits}) => limits[quota] === null || limits[quota] > limit);
  return refusal({details: {quota, limit, used, plan, lifted_by: larger?.plan}}).message;
}

// {text, over, summary, plan}: `over` if it makes no sense to try again, `plan` if a larger one would help.
// Throws if there is no network.
export async function whyRefused(companion, session) {
  const found = await ask(`/api/v1/companions/${companion.slug}`);
  if (found.status === 401) return {over: true, text: t("talk.signed_out")};
  if (found.status === 404) return {over: true, text: t("talk.gone", companion)};
  if (!found.ok) return {over: false, text: refusal(await found.json().catch(() => ({}))).message};
  if (session) {
    const answer = await ask(`/api/v1/sessions/${session}`);
    const kept = await read(answer);
    if (kept?.status === "ended") return {over: true, text: ended(kept.ended_reason), summary: kept.summary, plan: kept.ended_reason === "out_of_minutes"};
    if (answer.status === 404) return {over: true, text: t("talk.over")};
    return {over: false, text: t("talk.busy")};
  }
  const usage = await read(await ask("/api/v1/me/usage"));
  const why = usage && await spent(usage);
  return why ? {over: true, text: why, plan: true} : {over: false, text: t("talk.busy")};
}
