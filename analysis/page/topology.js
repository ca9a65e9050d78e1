// SPDX-License-Identifier: MIT
// Who was connected to whom: peers on a circle, connections as chords, coloured by latency or load.
import { el, replace, svg } from "./dom.js";
import { count, duration } from "./format.js";

const SIZE = 820, RADIUS = 330, LABELS_MAX = 64;
// From blue to yellow, as cividis does: rising brightness, told apart by all eyes.
const RAMP = [[0, 50, 110], [70, 80, 110], [125, 124, 120], [180, 165, 105], [240, 215, 60]];

function colour(share) {
    const at = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
    const low = Math.min(Math.floor(at), RAMP.length - 2);
    return `rgb(${RAMP[low].map((value, k) => Math.round(value + (RAMP[low + 1][k] - value) * (at - low))).join()})`;
}

export async function topology(page) {
    const { edges, peer_count: peers } = page.run;
    if (edges.length === 0) return el("p", { class: "faint" }, "This run recorded no connections.");
    const place = el("div");
    const show = (by) => replace(place, drawing(page, edges, peers, by));
    const choice = el("select", { "aria-label": "colour by", change: (event) => show(event.target.value) },
        el("option", { value: "latency" }, "coloured by latency"), el("option", { value: "load" }, "coloured by load"));
    show("latency");
    return [el("div", { class: "bar" }, choice, `${count(edges.length)} pairs of ${count(peers)} peers`,
        edges.length >= 4000 ? el("span", { class: "faint" }, "the most loaded ones; there are more") : null), place];
}

function drawing(page, edges, peers, by) {
    const value = (edge) => (by === "latency" ? edge[4] : edge[3]);
    const known = edges.map(value).filter((item) => item != null);
    const low = known.reduce((a, b) => Math.min(a, b), Infinity), high = known.reduce((a, b) => Math.max(a, b), -Infinity);
    const at = (peer, radius) => {
        const angle = 2 * Math.PI * peer / peers - Math.PI / 2;
        return [SIZE / 2 + radius * Math.cos(angle), SIZE / 2 + radius * Math.sin(angle)];
    };
    const lines = edges.map((edge) => {
        const [a, b, connections, bytes, latency] = edge;
        const [x1, y1] = at(a, RADIUS), [x2, y2] = at(b, RADIUS);
        const share = value(edge) == null ? 0.5 : (value(edge) - low) / (high - low || 1);
        const words = `${page.peerName(a)} to ${page.peerName(b)}: ${latency == null ? "" : `${duration(latency)} one way, `}` +
            `${connections} connections, ${count(bytes)} B`;
        return svg("line", { x1, y1, x2, y2, stroke: colour(share), "stroke-width": edges.length > 800 ? 0.7 : 1.4 }, svg("title", null, words));
    });
    const dots = Array.from({ length: Math.min(peers, 2000) }, (_, peer) => {
        const [cx, cy] = at(peer, RADIUS);
        return svg("circle", { cx, cy, r: peers > 200 ? 1.5 : 4, fill: "var(--ink)" }, svg("title", null, page.peerName(peer)));
    });
    const labels = peers > LABELS_MAX ? [] : Array.from({ length: peers }, (_, peer) => {
        const [x, y] = at(peer, RADIUS + 12);
        return svg("text", { x, y: y + 4, "text-anchor": Math.abs(x - SIZE / 2) < 20 ? "middle" : x < SIZE / 2 ? "end" : "start" },
            page.peerName(peer).replace(/^peer /, ""));
    });
    const words = (item) => (by === "latency" ? duration(item) : `${count(item)} B`);
    const legend = known.length === 0 ? "unknown" : [el("span", null, words(low)), RAMP.map((_, k) => el("span", {
        style: { background: colour(k / 4), display: "inline-block", width: "2.5rem", height: ".8rem" } })), el("span", null, words(high))];
    return [el("div", { class: "bar" }, by === "latency" ? "least one-way latency:" : "bytes of messages:", legend),
        svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, id: "topology", style: { maxHeight: "76vh" } }, lines, dots, labels)];
}
