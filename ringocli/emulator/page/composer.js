// The input of either side: text, a file that is picked, dropped or pasted, or a sample file.
import { html, useRef, useState } from "./html.js";
import { send } from "./actions.js";
import { Icon, IconButton } from "./icons.js";
import { Popover } from "./popover.js";
import { segmentsOf } from "./segments.js";
import { recall, remember } from "./storage.js";
import { useStore } from "./store.js";
import { visible } from "./text.js";

const LABELS = { user: "Message as the Ringotel user", handset: "Message as the handset" };

function Attach({ side, setFile }) {
  const samples = useStore((state) => state.about?.sample_files) ?? [];
  const picker = useRef();
  const pick = (event) => {
    if (event.target.files[0]) setFile(event.target.files[0]);
    event.target.value = "";
  };
  return html`<${Popover} label="Attach a file" icon="attach" class="attach up">
    ${(close) => html`<div class="menu" role="menu">
      <button role="menuitem" onClick=${() => (picker.current.click(), close())}><${Icon} name="picture" />Choose a file …</button>
      ${samples.map(
        (sample) =>
          html`<button role="menuitem" onClick=${() => (setFile(sample), close())}>
            <${Icon} name="file" />Sample: ${sample.name}
          </button>`,
      )}
    </div>`}
  <//>
  <input class="unseen" type="file" tabindex="-1" aria-label=${`File, ${LABELS[side]}`} ref=${picker} onChange=${pick} />`;
}

export function Composer({ side, file, setFile, files, words }) {
  const [text, setText] = useState(() => recall(`draft.${side}`));
  const area = useRef();
  const type = (value) => {
    setText(value);
    remember(`draft.${side}`, value.slice(0, 4000));
  };
  const go = () => {
    if (!text.trim() && !file) return;
    send(side, { content: text.trim() ? text : "", file });
    type("");
    setFile(null);
    area.current.focus();
  };
  const onKeyDown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), go());
    else if (event.key === "Escape") (event.stopPropagation(), file ? setFile(null) : area.current.blur());
  };
  const onPaste = (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])][0];
    if (pasted && files) (event.preventDefault(), setFile(pasted));
  };
  const size = words && text.trim() ? segmentsOf(text) : null;
  return html`<form class="composer" onSubmit=${(event) => (event.preventDefault(), go())}>
    ${
      file &&
      html`<div class="attached"><${Icon} name="picture" /><bdi>${visible(file.name || "pasted picture")}</bdi>
        <${IconButton} icon="close" label="Remove the file" onClick=${() => setFile(null)} />
      </div>`
    }
    <div class="field">
      ${files && html`<${Attach} side=${side} setFile=${setFile} />`}
      <textarea
        ref=${area}
        rows="1"
        dir="auto"
        aria-label=${LABELS[side]}
        placeholder=${words ? "Message" : "This template has no text messages here"}
        value=${text}
        onInput=${(event) => type(event.target.value)}
        onKeyDown=${onKeyDown}
        onPaste=${onPaste}
      />
      <button class="go" aria-label="Send" disabled=${!text.trim() && !file}><${Icon} name="send" /></button>
    </div>
    ${
      size &&
      html`<p class="segments" title="How the text is sent as SMS">
        ${size.encoding}${size.forcedBy && html` because of “${visible(size.forcedBy)}”`}, ${size.units} of ${size.capacity * size.segments},${" "}
        ${size.segments === 1 ? "1 segment" : `${size.segments} segments`}
      </p>`
    }
  </form>`;
}
