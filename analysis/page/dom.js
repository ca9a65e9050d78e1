// SPDX-License-Identifier: MIT
// Elements. Text becomes text nodes and never markup, whatever it holds: nothing on the page uses
// innerHTML.

export function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    return fill(node, attributes, children);
}

export function svg(tag, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    return fill(node, attributes, children);
}

// A function is a listener, `style` an object; false, null and undefined are left out.
function fill(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes ?? {})) {
        if (typeof value === "function") {
            node.addEventListener(key, value);
        } else if (key === "style") {
            Object.assign(node.style, value);
        } else if (value !== false && value != null) {
            node.setAttribute(key, value === true ? "" : value);
        }
    }
    append(node, children);
    return node;
}

function append(node, children) {
    for (const child of children.flat(Infinity)) {
        if (child instanceof Node) {
            node.append(child);
        } else if (child != null && child !== false) {
            node.append(document.createTextNode(String(child)));
        }
    }
}

export function replace(node, ...children) {
    node.replaceChildren();
    append(node, children);
}

// columns: [title, is it a number]; rows: arrays of cells; choose(k) is called for a chosen row.
export function table(columns, rows, choose) {
    const cells = (tag, row) => row.map((cell, i) =>
        el(tag, { class: columns[i][1] ? "number" : null }, cell));
    const body = rows.map((row, k) => choose === undefined
        ? el("tr", null, cells("td", row))
        : el("tr", { class: "link", tabindex: 0, click: () => choose(k),
            keydown: (event) => { if (event.key === "Enter") choose(k); } }, cells("td", row)));
    return el("table", null, el("thead", null, el("tr", null,
        cells("th", columns.map((column) => column[0])))), el("tbody", null, body));
}

export function facts(pairs) {
    return el("dl", { class: "facts" }, pairs.filter((pair) => pair[1] != null && pair[1] !== "")
        .map(([key, value]) => [el("dt", null, key), el("dd", null, value)]));
}
