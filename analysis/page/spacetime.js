// SPDX-License-Identifier: MIT
// Space and time: a line of life for each peer, time from left to right and true to scale, messages
// as arrows, spans as bars, faults as marks on the axis, a snapshot's cut as a line through the
// points at which the peers recorded their states. Drag to move, turn the wheel to zoom; drag the
// name of a peer to move its line, click the cross to hide it.
import { el, facts, replace } from "./dom.js";
import { attributes, count, duration, id, instant } from "./format.js";
import { ticks } from "./figures.js";

const LEFT = 130, RIGHT = 18, TOP = 18, BOTTOM = 40, ROWS_AT_FIRST = 40, SERVER_PEERS_MAX = 400, HIT = 6;
const KIND_COLOURS = ["--blue", "--orange", "--green", "--purple", "--sky"];
const UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "us"], [1, "ns"]];

export async function spacetime(page, given) {
    return new SpaceTime(page, given).build();
}

// `0..4, 9, Tokyo` as numbers; what is unknown is left out.
export function peersOf(text, page) {
    const found = [];
    for (const part of text.split(",").map((word) => word.trim()).filter((word) => word !== "")) {
        const range = /^(\d+)\s*\.\.\s*(\d+)$/.exec(part);
        if (range) {
            for (let peer = Number(range[1]); peer <= Number(range[2]) && found.length < 2000; peer++) found.push(peer);
        } else if (/^\d+$/.test(part)) {
            found.push(Number(part));
        } else if (page.peerByName(part) !== undefined) {
            found.push(page.peerByName(part));
        }
    }
    return [...new Set(found)].filter((peer) => peer < page.run.peer_count);
}

// The messages that a channel held: `[{"kind":..,"content":{..}},..]`, a line each.
function inWords(text) {
    let messages;
    try {
        messages = JSON.parse(text);
    } catch {
        return text;
    }
    if (!Array.isArray(messages)) return text;
    const words = (value) => (value !== null && typeof value === "object"
        ? Object.entries(value).map(([key, item]) => `${key} ${JSON.stringify(item)}`).join(", ") : JSON.stringify(value));
    return messages.map((message) => el("div", null, message?.content === undefined ? words(message)
        : `${message.kind ?? "message"}: ${words(message.content)}`));
}

class SpaceTime {
    constructor(page, given) {
        this.page = page;
        this.run = page.run;
        const chosen = given.snapshot === undefined ? null : this.run.snapshots.find((row) => row[0] === given.snapshot);
        const span = chosen ? [chosen[3], chosen[4] ?? this.run.end] : null;
        const margin = span ? (span[1] - span[0]) * 0.15 + 1 : 0;
        this.from = Number(given.from ?? (span ? span[0] - margin : this.firstLook()[0]));
        this.to = Math.max(Number(given.to ?? (span ? span[1] + margin : this.firstLook()[1])), this.from + 1);
        this.peers = given.peers ? peersOf(given.peers, page)
            : Array.from({ length: Math.min(this.run.peer_count, ROWS_AT_FIRST) }, (_, peer) => peer);
        this.snapshot = given.snapshot ?? (this.run.cut_in_spans ? "spans" : this.run.snapshots[0]?.[0] ?? null);
        this.data = { spans: [], messages: [], rest: null };
        this.turn = 0;
    }

    // The first snapshot, or everything.
    firstLook() {
        const cut = this.run.cut_in_spans;
        const first = cut ? [cut.started, cut.completed] : this.run.snapshots[0]?.slice(3, 5);
        if (!first || first[1] == null || first[1] <= first[0]) return [0, this.run.end || 1];
        const margin = (first[1] - first[0]) * 0.2 + 1;
        return [Math.max(0, first[0] - margin), first[1] + margin];
    }

    async build() {
        this.canvas = el("canvas", { id: "canvas", tabindex: 0, "aria-label": "messages between peers over virtual time",
            pointerdown: (event) => this.press(event), pointermove: (event) => this.move(event),
            pointerup: (event) => this.release(event), pointerleave: () => this.hover(null),
            wheel: (event) => this.wheel(event), keydown: (event) => this.key(event) });
        this.tip = el("div", { id: "tip", hidden: true });
        this.legend = el("div", { class: "bar faint" });
        this.side = el("div", { class: "side", id: "cut" });
        this.state = el("span", { class: "faint", id: "window" });
        this.peersField = el("input", { size: 24, "aria-label": "peers", value: this.peersText(),
            change: (event) => { this.peers = peersOf(event.target.value, this.page); this.fetch(); } });
        const cuts = [...(this.run.cut_in_spans ? [["spans", "in the spans"]] : []),
            ...this.run.snapshots.map((row, k) => [row[0], `${k + 1}: ${row[1]}, ${row[5]}`])];
        const cutField = cuts.length === 0 ? null : el("select", { "aria-label": "snapshot",
            change: (event) => { this.snapshot = event.target.value || null; this.loadCut(); } },
        el("option", { value: "" }, "no snapshot"),
        cuts.map(([key, words]) => el("option", { value: key, selected: key === this.snapshot }, `snapshot ${words}`)));
        const button = (words, help, act) => el("button", { type: "button", title: help, click: act }, words);
        const bar = el("div", { class: "bar" }, el("label", null, "peers ", this.peersField), cutField,
            button("−", "zoom out", () => this.zoom(2)), button("+", "zoom in", () => this.zoom(0.5)),
            button("all", "the whole run", () => this.look(0, this.run.end || 1)), this.state);
        this.observer = new ResizeObserver(() => this.draw());
        this.observer.observe(this.canvas);
        await Promise.all([this.loadCut(), this.fetch()]);
        return [bar, el("div", { class: cuts.length > 0 ? "split" : null }, el("div", null, this.canvas, this.legend, this.tip),
            cuts.length > 0 ? this.side : null)];
    }

    peersText() {
        const runs = [];
        for (const peer of this.peers) {
            const last = runs.at(-1);
            if (last && last[1] === peer - 1) last[1] = peer; else runs.push([peer, peer]);
        }
        return runs.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a}, ${b}` : `${a}..${b}`)).join(", ");
    }

    // -- Data -----------------------------------------------------------------------------------

    look(from, to) {
        const width = Math.max(to - from, 10);
        this.from = from;
        this.to = from + width;
        this.draw();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.fetch(), this.page.source.isLive ? 120 : 0);
    }

    async fetch() {
        const turn = ++this.turn;
        this.row = new Map(this.peers.map((peer, k) => [peer, k]));
        this.peersField.value = this.peersText();
        const all = this.peers.length >= this.run.peer_count || this.peers.length > SERVER_PEERS_MAX;
        const data = await this.page.source.window({ from: this.from, to: this.to, peers: all ? null : this.peers });
        if (turn !== this.turn) return; // a later question has been asked meanwhile
        this.data = data;
        this.kinds = [...new Set(data.messages.map((message) => message.kind))].sort();
        this.showLegend();
        this.draw();
    }

    showLegend() {
        const sample = (colour, words) => el("span", null,
            el("i", { class: "sample", style: { background: `var(${colour})` } }), words);
        replace(this.legend, this.kinds.map((kind, k) => sample(KIND_COLOURS[k % KIND_COLOURS.length], kind || "message")),
            sample("--red", "not delivered, or an error"), sample("--span", "span"),
            this.cut ? sample("--ink", "state recorded") : null,
            this.data.rest?.cells.length > 0 ? sample("--faint", "more than is shown") : null);
    }

    async loadCut() {
        const { snapshot, run } = this;
        this.cut = snapshot === null ? null : snapshot === "spans" ? { states: run.cut_in_spans.states, channels: [] }
            : await this.page.source.snapshot(snapshot);
        replace(this.side, this.cutText());
        if (this.kinds) this.showLegend();
        this.draw();
    }

    cutText() {
        if (!this.cut) return [el("h2", null, "Snapshot"), el("p", { class: "faint" }, "None is shown.")];
        const row = this.run.snapshots.find((item) => item[0] === this.snapshot);
        const flight = this.cut.channels.map(([sender, receiver, messages]) =>
            [`${this.page.peerName(sender)} → ${this.page.peerName(receiver)}`, inWords(messages)]);
        const states = this.cut.states.map(([peer, time, state]) => [this.page.peerName(peer),
            [instant(time), ...attributes(state).map(([key, value]) => el("div", null, `${key} ${value}`))]]);
        return [el("h2", null, row ? `Snapshot: ${row[1]}` : "Snapshot in the spans"),
            facts(row ? [["initiator", this.page.peerName(row[2])], ["status", row[5]], ["verdict", row[6] ?? "unchecked"]] : []),
            flight.length > 0 ? [el("h2", null, "In flight"), facts(flight)] : null,
            el("h2", null, `${this.cut.states.length} states`), facts(states.slice(0, 200))];
    }

    // -- Geometry -------------------------------------------------------------------------------

    x(time) { return LEFT + (this.width - LEFT - RIGHT) * (time - this.from) / (this.to - this.from); }

    time(x) { return this.from + (this.to - this.from) * (x - LEFT) / (this.width - LEFT - RIGHT); }

    y(row) { return TOP + (this.height - TOP - BOTTOM) * (row + 0.5) / Math.max(this.peers.length, 1); }

    // -- Drawing --------------------------------------------------------------------------------

    draw() {
        const { canvas } = this;
        if (!canvas?.isConnected || this.row === undefined) return;
        const ratio = window.devicePixelRatio || 1;
        [this.width, this.height] = [canvas.clientWidth, canvas.clientHeight];
        canvas.width = this.width * ratio;
        canvas.height = this.height * ratio;
        const style = getComputedStyle(document.documentElement);
        this.ink = (name) => style.getPropertyValue(name).trim();
        const pen = this.pen = canvas.getContext("2d");
        pen.scale(ratio, ratio);
        pen.font = '12px system-ui, "DejaVu Sans", sans-serif';
        this.drawAxis();
        pen.save();
        pen.beginPath();
        pen.rect(LEFT, 0, this.width - LEFT - RIGHT, this.height);
        pen.clip();
        this.drawRest();
        this.drawSpans();
        this.drawMessages();
        this.drawFaults();
        this.drawCut();
        pen.restore();
        this.state.textContent = `${instant(Math.round(this.from))} to ${instant(Math.round(this.to))}: ` +
            `${count(this.data.spans.length)} spans, ${count(this.data.messages.length)} messages shown`;
    }

    drawAxis() {
        const { pen } = this;
        const [factor, unit] = UNITS.find(([f]) => this.to - this.from >= f) ?? UNITS[3];
        pen.fillStyle = this.ink("--ink");
        pen.strokeStyle = this.ink("--line");
        pen.lineWidth = 1;
        pen.textAlign = "center";
        const found = ticks(this.from / factor, this.to / factor, Math.max(3, (this.width - LEFT - RIGHT) / 130));
        const step = found.length > 1 ? found[1] - found[0] : 1;
        const places = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
        for (const value of found) {
            const x = this.x(value * factor);
            pen.beginPath(); pen.moveTo(x, TOP); pen.lineTo(x, this.height - BOTTOM + 5); pen.stroke();
            pen.fillText(value.toFixed(places), x, this.height - BOTTOM + 18);
        }
        pen.fillText(`virtual time (${unit})`, LEFT + (this.width - LEFT - RIGHT) / 2, this.height - 6);
        pen.textAlign = "right";
        const gap = (this.height - TOP - BOTTOM) / Math.max(this.peers.length, 1);
        const each = Math.ceil(13 / gap);
        this.peers.forEach((peer, row) => {
            const y = this.y(row);
            pen.beginPath(); pen.moveTo(LEFT, y); pen.lineTo(this.width - RIGHT, y); pen.stroke();
            if (row % each === 0) pen.fillText(`${this.page.peerName(peer).slice(0, 15)}  ×`, LEFT - 6, y + 4);
        });
    }

    // Squares where there is more than the page shows; the darker, the more.
    drawRest() {
        const { rest } = this.data;
        if (!rest) return;
        let most = 1;
        for (let k = 0; k < rest.cells.length; k += 4) most = Math.max(most, rest.cells[k + 2] + rest.cells[k + 3]);
        const height = (this.height - TOP - BOTTOM) / Math.max(this.peers.length, 1);
        this.pen.fillStyle = this.ink("--faint");
        for (let k = 0; k < rest.cells.length; k += 4) {
            const [row, bin, spans, messages] = rest.cells.slice(k, k + 4);
            const start = rest.from + bin * rest.width;
            if (start > this.to || start + rest.width < this.from) continue;
            this.pen.globalAlpha = 0.08 + 0.3 * (spans + messages) / most;
            for (const line of this.linesOf(rest, row)) {
                this.pen.fillRect(this.x(start), this.y(line) - height / 2, this.x(start + rest.width) - this.x(start), height);
            }
        }
        this.pen.globalAlpha = 1;
    }

    // The lines that a row of counts stands for: one peer, or a group of them.
    linesOf(rest, row) {
        if (!this.data.isGrouped) return [row];
        const first = Math.ceil(row * rest.peers / rest.rows), last = Math.ceil((row + 1) * rest.peers / rest.rows);
        return Array.from({ length: last - first }, (_, k) => this.row.get(first + k)).filter((line) => line !== undefined);
    }

    drawSpans() {
        const { pen } = this;
        const height = Math.min(16, (this.height - TOP - BOTTOM) / Math.max(this.peers.length, 1) * 0.6);
        const labelled = new Map(); // where the last name on a line ends
        for (const span of this.data.spans) {
            const row = this.row.get(span.peer);
            if (row === undefined) continue;
            const x = this.x(span.start), width = Math.max(this.x(span.end ?? this.run.end) - x, 1.5);
            pen.globalAlpha = 0.55;
            pen.fillStyle = this.ink(span.error ? "--red" : "--span");
            pen.fillRect(x, this.y(row) - height / 2, width, height);
            pen.globalAlpha = 1;
            const left = Math.max(x, LEFT) + 3, length = span.name.length * 7 + 8;
            if (width > length && height > 11 && left > (labelled.get(row) ?? 0)) {
                labelled.set(row, left + length);
                pen.fillStyle = this.ink("--ink");
                pen.textAlign = "left";
                pen.fillText(span.name, left, this.y(row) - height / 2 - 2);
            }
        }
    }

    colourOf(message) {
        if (message.fate !== "delivered" && message.fate !== "in-flight") return this.ink("--red");
        return this.ink(KIND_COLOURS[this.kinds.indexOf(message.kind) % KIND_COLOURS.length]);
    }

    // Where it is drawn: a lost one ends as a stub.
    segment(message) {
        const [a, b] = [this.row.get(message.sender), this.row.get(message.receiver)];
        if (a === undefined || b === undefined) return null;
        const x1 = this.x(message.sent), y1 = this.y(a), y2 = this.y(b);
        if (message.received !== null) return [x1, y1, this.x(message.received), y2];
        return [x1, y1, x1 + 18, y1 + (y2 - y1) * 0.25];
    }

    drawMessages() {
        const { pen } = this;
        const thin = this.data.messages.length > 1500;
        for (const message of this.data.messages) {
            const at = this.segment(message);
            if (at === null) continue;
            pen.strokeStyle = pen.fillStyle = this.colourOf(message);
            pen.globalAlpha = thin ? 0.5 : 0.9;
            pen.lineWidth = message === this.chosen ? 3 : thin ? 0.7 : 1.2;
            pen.beginPath(); pen.moveTo(at[0], at[1]); pen.lineTo(at[2], at[3]); pen.stroke();
            if (!thin && message.received !== null) this.head(at);
        }
        pen.globalAlpha = 1;
    }

    head([x1, y1, x2, y2]) {
        const angle = Math.atan2(y2 - y1, x2 - x1);
        const { pen } = this;
        pen.beginPath();
        pen.moveTo(x2, y2);
        pen.lineTo(x2 - 8 * Math.cos(angle - 0.32), y2 - 8 * Math.sin(angle - 0.32));
        pen.lineTo(x2 - 8 * Math.cos(angle + 0.32), y2 - 8 * Math.sin(angle + 0.32));
        pen.fill();
    }

    drawFaults() {
        const { pen } = this;
        const seen = this.run.faults.filter(([time]) => time >= this.from && time <= this.to).slice(0, 60);
        pen.textAlign = "left";
        let last = -Infinity;
        for (const [time, action] of seen) {
            const x = this.x(time);
            pen.strokeStyle = pen.fillStyle = this.ink("--red");
            pen.setLineDash([4, 4]);
            pen.beginPath(); pen.moveTo(x, TOP); pen.lineTo(x, this.height - BOTTOM); pen.stroke();
            pen.setLineDash([]);
            if (x - last > 60) { pen.fillText(action, x + 3, this.height - BOTTOM - 4); last = x; }
        }
    }

    drawCut() {
        if (!this.cut) return;
        const { pen } = this;
        const points = this.cut.states.map(([peer, time]) => [this.row.get(peer), time])
            .filter(([row]) => row !== undefined).sort((a, b) => a[0] - b[0]);
        pen.strokeStyle = pen.fillStyle = this.ink("--ink");
        pen.lineWidth = 1.6;
        pen.beginPath();
        points.forEach(([row, time], k) => (k === 0 ? pen.moveTo(this.x(time), this.y(row)) : pen.lineTo(this.x(time), this.y(row))));
        pen.stroke();
        for (const [row, time] of points) {
            pen.beginPath(); pen.arc(this.x(time), this.y(row), points.length > 80 ? 2 : 4, 0, 7); pen.fill();
        }
    }

    // -- Hands ----------------------------------------------------------------------------------

    place(event) {
        const box = this.canvas.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
    }

    rowAt(y) { return Math.floor((y - TOP) / (this.height - TOP - BOTTOM) * this.peers.length); }

    press(event) {
        const [x, y] = this.place(event);
        this.canvas.setPointerCapture(event.pointerId);
        this.grip = { x, y, from: this.from, to: this.to, row: x < LEFT ? this.rowAt(y) : null, isMoved: false };
    }

    move(event) {
        const [x, y] = this.place(event);
        const { grip } = this;
        if (!grip) return this.hover(x, y, event);
        grip.isMoved ||= Math.abs(x - grip.x) + Math.abs(y - grip.y) > 3;
        if (grip.row === null) {
            const by = (grip.x - x) / (this.width - LEFT - RIGHT) * (grip.to - grip.from);
            this.look(grip.from + by, grip.to + by);
        } else {
            const row = this.rowAt(y);
            if (row !== grip.row && this.peers[row] !== undefined && this.peers[grip.row] !== undefined) {
                this.peers.splice(row, 0, ...this.peers.splice(grip.row, 1));
                grip.row = row;
                this.fetch();
            }
        }
    }

    release() {
        const { grip } = this;
        this.grip = null;
        if (!grip || grip.isMoved) return;
        if (grip.row !== null && grip.x > LEFT - 20 && this.peers.length > 1) {
            this.peers.splice(grip.row, 1);
            this.fetch();
        } else if (this.hovered?.trace !== undefined) {
            this.page.go("trace", { id: this.hovered.trace, text: this.hovered.name });
        }
    }

    wheel(event) {
        event.preventDefault();
        const [x] = this.place(event);
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.time(Math.max(x, LEFT)));
    }

    zoom(factor, around = (this.from + this.to) / 2) {
        this.look(around - (around - this.from) * factor, around + (this.to - around) * factor);
    }

    key(event) {
        const width = this.to - this.from;
        const moves = { ArrowLeft: -0.2, ArrowRight: 0.2, PageUp: -1, PageDown: 1 };
        if (event.key in moves) this.look(this.from + moves[event.key] * width, this.to + moves[event.key] * width);
        else if (event.key === "+" || event.key === "ArrowUp") this.zoom(0.5);
        else if (event.key === "-" || event.key === "ArrowDown") this.zoom(2);
        else if (event.key === "Home") this.look(0, this.run.end || 1);
        else return;
        event.preventDefault();
    }

    // The nearest message within a few points, else a span below the hand, else a recorded state.
    hover(x, y, event) {
        const found = x === null || x < LEFT ? null : this.messageAt(x, y) ?? this.stateAt(x, y) ?? this.spanAt(x, y);
        this.hovered = found?.span ?? null;
        const chosen = found?.message ?? null;
        if (chosen !== this.chosen) { this.chosen = chosen; this.draw(); }
        this.tip.hidden = !found;
        if (!found) return;
        this.tip.textContent = found.words;
        this.tip.style.left = `${Math.min(event.clientX + 14, window.innerWidth - 300)}px`;
        this.tip.style.top = `${event.clientY + 14}px`;
    }

    messageAt(x, y) {
        let best = null, least = HIT;
        for (const message of this.data.messages) {
            const at = this.segment(message);
            if (at === null) continue;
            const [x1, y1, x2, y2] = at;
            const share = Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2 || 1)));
            const distance = Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1));
            if (distance < least) { least = distance; best = message; }
        }
        if (best === null) return null;
        const name = (peer) => this.page.peerName(peer);
        return { message: best, words: `${best.kind || "message"} ${id(best.id)}, ${best.size} B\n${name(best.sender)} → ${name(best.receiver)}\n` +
            `sent ${instant(best.sent)}\n${best.received === null ? best.fate : `received ${instant(best.received)}, after ${duration(best.received - best.sent)}`}` };
    }

    stateAt(x, y) {
        const state = this.cut?.states.find(([peer, time]) => this.row.has(peer) &&
            Math.hypot(this.x(time) - x, this.y(this.row.get(peer)) - y) < HIT + 2);
        if (!state) return null;
        return { words: [`${this.page.peerName(state[0])} recorded at ${instant(state[1])}`,
            ...attributes(state[2]).map(([key, value]) => `${key}: ${value}`)].join("\n") };
    }

    spanAt(x, y) {
        const span = this.data.spans.findLast((item) => this.row.has(item.peer) && Math.abs(this.y(this.row.get(item.peer)) - y) < 9 &&
            this.x(item.start) - 2 <= x && x <= Math.max(this.x(item.end ?? this.run.end), this.x(item.start) + 3));
        if (!span) return null;
        return { span, words: `${span.name} at ${this.page.peerName(span.peer)}\nfrom ${instant(span.start)}, ` +
            `${span.end === null ? "not ended" : duration(span.end - span.start)}\nclick for its trace` };
    }
}
