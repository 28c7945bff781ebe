// What a lesson is and says, with the text as learners will see it beside.
import {editForm} from "./editing.js";
import {markdown} from "./markdown.js";

const form = document.getElementById("lesson");
let metadata = JSON.parse(form.dataset.metadata);  // of which the minutes are edited here; the rest stays

function shown(data) {
  metadata = data.metadata;
  const {title, kind, language, free_preview, content} = data;
  return {title, kind, minutes: String(metadata.minutes ?? ""), language, content, free_preview};
}

function sent({minutes, ...values}) {
  if (minutes === undefined) return values;
  const {minutes: before, ...rest} = metadata;
  return {...values, metadata: minutes ? {...rest, minutes: Number(minutes)} : rest};
}

editForm(form, {shown, sent});
const preview = markdown(form.querySelector("[data-markdown]"), {course: form.dataset.course, target: document.getElementById("preview")});
form.addEventListener("written", preview);
