// What the server or the browser refuses, in the words of the page's language.
const strings = JSON.parse(document.getElementById("strings").textContent);
const language = document.documentElement.lang;

const capital = text => text[0].toUpperCase() + text.slice(1);
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);

// An Error whose text can be shown, of an answer {error, code, details}; `plans` if a larger plan would help.
export function refusal({error, code, details = {}}) {
  const text = details.quota ? spent(details) : known(error, code, details);
  return Object.assign(new Error(text), {code, plans: Boolean(details.quota), fields: (details.fields ?? []).map(one => ({...one, problem: ofField(one)}))});
}

// The words for the very reason; else the server's sentence, which is English, and elsewhere those for the kind of refusal.
function known(error, code, details) {
  const ofReason = strings[`script.reason.${details.reason}`];
  if (ofReason) return filled(ofReason, {...details, wait: wait(details.retry_after_seconds ?? 1)});
  return (language === "en" && error) || strings[`script.code.${code}`] || strings["script.failed"];
}

function spent(details) {
  const named = {...details, plan: capital(details.plan), lifted_by: capital(details.lifted_by ?? " ")};
  const texts = [strings[`script.quota.${details.quota}`], details.lifted_by && strings["script.quota.lifted"]];
  return texts.filter(Boolean).map(text => filled(text, named)).join(" ");
}

function wait(seconds) {
  const [number, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.RelativeTimeFormat(language).format(number, unit);
}

function ofField({problem, kind, limits}) {
  const text = strings[`script.field.${kind}`];
  return text && (language !== "en" || kind !== "value_error") ? filled(text, limits ?? {}) : problem;
}

// What is wrong with a field that the browser finds wrong: its own words would be in the browser's language.
export function invalid(input) {
  const is = input.validity;
  const kind = is.valueMissing ? "missing" : is.tooShort ? "string_too_short" : is.tooLong ? "string_too_long"
    : is.rangeUnderflow ? "greater_than_equal" : is.rangeOverflow ? "less_than_equal" : is.badInput ? "number" : null;
  if (is.typeMismatch && input.type === "email") return strings["script.reason.no_address"];
  const limits = {min_length: input.minLength, max_length: input.maxLength, ge: input.min, le: input.max};
  return kind ? filled(strings[`script.field.${kind}`], limits) : input.validationMessage;
}
