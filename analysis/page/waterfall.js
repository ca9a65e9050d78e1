// SPDX-License-Identifier: MIT
// One trace: its spans nested under their parents, each a bar in time; a click shows attributes.
import { el, facts, replace } from "./dom.js";
import { attributes, duration, id, instant } from "./format.js";

const ROWS_MAX = 2000;

// Spans in the order of a tree, with their depth. A span whose parent is not here is a root.
function nested(spans) {
    const children = new Map(), here = new Set(spans.map((span) => span.id));
    const roots = [];
    for (const span of spans) {
        if (span.parent === null || !here.has(span.parent)) {
            roots.push(span);
        } else {
            if (!children.has(span.parent)) children.set(span.parent, []);
            children.get(span.parent).push(span);
        }
    }
    const rows = [];
    const stack = roots.reverse().map((span) => [span, 0]);
    while (stack.length > 0) {
        const [span, depth] = stack.pop();
        rows.push({ span, depth });
        for (const child of (children.get(span.id) ?? []).toReversed()) stack.push([child, depth + 1]);
        children.delete(span.id); // parents that form a ring end here
    }
    return rows;
}

export async function waterfall(page, given) {
    const trace = await page.source.trace(given.id);
    if (trace.spans.length === 0) return el("p", { class: "faint" }, "The page does not carry this trace.");
    const rows = nested(trace.spans);
    const from = trace.spans.reduce((least, span) => Math.min(least, span.start), Infinity);
    const to = trace.spans.reduce((most, span) => Math.max(most, span.end ?? page.run.end), from + 1);
    const side = el("div", { class: "side", id: "details" });
    const wanted = (given.text ?? "").toLowerCase();
    const first = rows.find(({ span }) => wanted !== "" && span.name.toLowerCase().includes(wanted)) ?? rows[0];
    const grid = el("div", { class: "waterfall", id: "waterfall" },
        rows.slice(0, ROWS_MAX).map((row) => bar(page, row, from, to, (chosen) => {
            grid.querySelectorAll(".chosen").forEach((node) => node.classList.remove("chosen"));
            chosen.forEach((node) => node.classList.add("chosen"));
            replace(side, details(page, row.span, trace));
        })));
    replace(side, details(page, first.span, trace));
    const root = rows[0].span;
    const more = rows.length > ROWS_MAX || trace.span_total > trace.spans.length
        ? el("p", { class: "faint" }, `${Math.min(rows.length, ROWS_MAX)} of ${trace.span_total} spans are shown.`) : null;
    return [el("div", { class: "bar" },
        el("button", { type: "button", click: () => page.go("traces", { text: given.text ?? "" }) }, "back to the traces"),
        el("strong", null, root.name), `at ${page.peerName(root.peer)}, from ${instant(from)}, ${duration(to - from)}, ${trace.spans.length} spans`,
        el("button", { type: "button", click: () => page.go("spacetime", { from, to }) }, "in space and time")),
    el("div", { class: "split" }, el("div", null, grid, more), side)];
}

function bar(page, { span, depth }, from, to, choose) {
    const end = span.end ?? page.run.end;
    const left = 100 * (span.start - from) / (to - from);
    const width = 100 * (end - span.start) / (to - from);
    const pair = [];
    const click = () => choose(pair);
    const key = (event) => { if (event.key === "Enter") click(); };
    pair.push(el("div", { tabindex: 0, click, keydown: key, style: { paddingLeft: `${depth * 1.1}rem` }, title: span.name },
        span.name, el("span", { class: "faint" }, `  ${page.peerName(span.peer)}`)));
    const label = left > 70 ? { right: `${100 - left}%`, paddingRight: ".4rem" } : { left: `${left + width}%`, paddingLeft: ".4rem" };
    pair.push(el("div", { click }, el("i", { class: span.error ? "bad" : null, style: { left: `${left}%`, width: `${width}%` } }),
        el("b", { style: label }, span.end === null ? "open" : duration(end - span.start))));
    return pair;
}

function details(page, span, trace) {
    const events = trace.events.filter((event) => event[0] === span.id);
    const links = trace.links.filter((link) => link[0] === span.id);
    return [el("h2", null, span.name), facts([
        ["at", page.peerName(span.peer)], ["start", instant(span.start)],
        ["duration", span.end === null ? "not ended" : duration(span.end - span.start)],
        ["status", span.error ? "error" : null], ["span", id(span.id)],
        ["parent", span.parent === null ? null : id(span.parent)], ...attributes(span.attributes)]),
    events.map((event) => [el("h2", null, event[2]), facts([["time", instant(Number(event[1]))], ...attributes(event[3])])]),
    links.length > 0 ? [el("h2", null, "Links"), links.map((link) => el("div", null, id(link[1])))] : null];
}
