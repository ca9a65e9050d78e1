// SPDX-License-Identifier: MIT
// The list of traces, with search and filters.
import { el, replace, table } from "./dom.js";
import { count, duration, instant } from "./format.js";

const PAGE = 100;

export async function traces(page, given) {
    const query = { text: given.text ?? "", errors: given.errors === "1", order: given.order ?? "start", offset: 0, limit: PAGE };
    const list = el("div");
    const show = async () => replace(list, await listOf(page, query, show));
    let timer = 0;
    const later = () => { clearTimeout(timer); timer = setTimeout(() => { query.offset = 0; show(); }, 200); };
    const search = el("input", { type: "search", id: "search", value: query.text, size: 32,
        placeholder: "name of a span in the trace", "aria-label": "name of a span",
        input: (event) => { query.text = event.target.value; later(); } });
    const errors = el("input", { type: "checkbox", checked: query.errors,
        change: (event) => { query.errors = event.target.checked; query.offset = 0; show(); } });
    const order = el("select", { "aria-label": "order", change: (event) => { query.order = event.target.value; query.offset = 0; show(); } },
        el("option", { value: "start", selected: query.order === "start" }, "in order of start"),
        el("option", { value: "longest", selected: query.order === "longest" }, "the longest first"));
    await show();
    return [el("div", { class: "bar" }, search, el("label", null, errors, " with errors only"), order), list];
}

async function listOf(page, query, show) {
    const { total, rows } = await page.source.traces(query);
    if (total === 0) return el("p", { class: "faint" }, "No trace is like that.");
    const turn = (offset) => () => { query.offset = offset; show(); };
    const last = Math.min(query.offset + PAGE, total);
    const bar = el("div", { class: "bar" },
        el("span", { id: "trace-count" }, `${count(query.offset + 1)} to ${count(last)} of ${count(total)} traces`),
        query.offset > 0 ? el("button", { type: "button", click: turn(query.offset - PAGE) }, "earlier") : null,
        last < total ? el("button", { type: "button", click: turn(query.offset + PAGE) }, "later") : null);
    return [bar, table([["start", 1], ["trace"], ["at"], ["duration", 1], ["spans", 1], ["errors", 1]],
        rows.map((trace) => [instant(trace.start), trace.name, page.peerName(trace.peer),
            duration(trace.end - trace.start), count(trace.count), trace.errors || ""]),
        (k) => page.go("trace", { id: rows[k].id, text: query.text }))];
}
