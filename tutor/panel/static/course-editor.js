// What a course is: its description, pictures, companions and state. Its contents are outline.js.
import {editForm} from "./editing.js";
import {api, busy, leave, toast} from "./panel.js";
import {markdown} from "./markdown.js";
import {uploadFor} from "./upload.js";

const form = document.getElementById("course");
const {course, here} = form.dataset;
const NAMES = ["title", "description", "objectives", "category", "difficulty", "tags", "language", "thumbnail", "banner", "open_enrollment", "sequential"];
if (form.querySelector("[data-many]")) NAMES.push("prerequisites");

const pictures = [...form.querySelectorAll("[data-picture]")].map(picture);
const editing = editForm(form, {shown: data => Object.fromEntries(NAMES.map(name => [name, data[name]]))});
const preview = markdown(form.querySelector("[data-markdown]"), {course, target: document.getElementById("preview")});
form.addEventListener("written", preview);
for (const follow of pictures) {
  form.addEventListener("written", follow);
  follow();  // a draft may have another
}

// Lets one choose a picture; answers what shows the one that was written into the form.
function picture(box) {
  const input = box.querySelector("[type=hidden]");
  const image = box.querySelector("img");
  const problem = box.querySelector(".problem");
  const bar = box.querySelector("progress");
  let seen = input.value;
  const show = address => {
    seen = input.value;
    image.hidden = !address;
    if (address) image.src = address;
    box.querySelector("[data-clear]").hidden = !seen;
  };
  const choose = (value, address) => {
    input.value = value;
    show(address);
    input.dispatchEvent(new Event("input", {bubbles: true}));
  };
  box.querySelector("[type=file]").addEventListener("change", async ({target}) => {
    if (!target.files.length) return;
    problem.hidden = true;
    bar.hidden = false;
    try {
      const made = await uploadFor(course, target.files[0], part => bar.value = part);
      choose(`media:${made.id}`, made.url);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    bar.hidden = true;
    target.value = "";
  });
  box.querySelector("[data-clear]").addEventListener("click", () => choose("", ""));
  return async () => {
    if (input.value === seen) return;
    const id = input.value.replace("media:", "");
    show(id && await api(`GET /api/v1/media/${id}`).then(({url}) => url, () => ""));
  };
}

const act = button => busy(button, async () => {
  if (!await editing.save()) return;
  await api(`POST /api/v1/courses/${course}/${button.dataset.actOn}`);
  return leave(here);
}).catch(error => toast(error.message));
document.addEventListener("click", event => event.target.closest("[data-act-on]") && act(event.target.closest("[data-act-on]")));

document.getElementById("attach")?.addEventListener("submit", event => {
  event.preventDefault();
  const companion = event.target.querySelector("select").value;
  busy(event.submitter, async () => {
    await api(`PATCH /api/v1/companions/${companion}`, {course_id: course, module_id: null, lesson_id: null});
    return leave(here);
  }).catch(error => toast(error.message));
});
