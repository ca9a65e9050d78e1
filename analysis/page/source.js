// SPDX-License-Identifier: MIT
// Where the page has its data from: out of the page itself (skein report) or from the server that
// brought it (skein view). Both answer the same questions, with promises.

// Columns into objects; see analysis/page_choice.h.
function decode(choice) {
    const { names } = choice;
    const rows = (columns, make) => (columns.id ?? []).map((_, k) => make(columns, k));
    const spans = rows(choice.spans, (c, k) => ({
        id: c.id[k], trace: c.trace[k], parent: c.parent[k] === c.id[k] ? null : c.parent[k],
        name: names[c.name[k]], peer: c.peer[k], start: c.start[k], end: c.end[k],
        error: c.error[k] === 1, attributes: c.attributes?.[k] ?? null,
    }));
    const messages = rows(choice.messages, (c, k) => ({
        id: c.id[k], sender: c.sender[k], receiver: c.receiver[k], kind: names[c.kind[k]],
        fate: names[c.fate[k]], sent: c.sent[k], received: c.received[k], size: c.size[k],
    }));
    return { ...choice, spans, messages };
}

function summaryOf(spans, end) {
    const root = spans.find((span) => span.parent === null) ?? spans[0];
    return {
        id: root.trace, name: root.name, peer: root.peer,
        start: spans.reduce((least, span) => Math.min(least, span.start), Infinity),
        end: spans.reduce((most, span) => Math.max(most, span.end ?? end), 0),
        count: spans.length, errors: spans.filter((span) => span.error).length,
    };
}

export class PageSource {
    constructor(data) {
        this.data = data;
        this.isLive = false;
        this.choice = decode(data.choice);
        this.byTrace = new Map();
        for (const span of this.choice.spans) {
            if (!this.byTrace.has(span.trace)) this.byTrace.set(span.trace, []);
            this.byTrace.get(span.trace).push(span);
        }
    }

    async run() { return this.data.run; }

    async runs() { return this.data.runs; }

    // The page of another run, where they were written side by side: see report_page_name().
    pageOf(k) {
        const { pages } = this.data;
        if (pages === undefined) return null;
        return encodeURI(k === 0 ? pages : `${pages.replace(/\.html$/, "")}-${k + 1}.html`);
    }

    // What the page carries of all there is.
    notice() {
        const { span_total: spans, message_total: messages } = this.choice;
        const [shown, sent] = [this.choice.spans.length, this.choice.messages.length];
        if (shown >= this.data.run.span_count && sent >= this.data.run.message_count) return null;
        return `This page carries ${shown} of ${this.data.run.span_count} spans and ${sent} of ` +
            `${this.data.run.message_count} messages (${spans} and ${messages} in its window); the rest is ` +
            `counted in the grey squares. For more: ${this.data.more}`;
    }

    async traces(query) {
        const end = this.data.run.end;
        const wanted = query.text.toLowerCase();
        const found = [];
        for (const spans of this.byTrace.values()) {
            const trace = summaryOf(spans, end);
            if ((wanted === "" || spans.some((span) => span.name.toLowerCase().includes(wanted))) &&
                (!query.errors || trace.errors > 0)) {
                found.push(trace);
            }
        }
        found.sort(query.order === "longest"
            ? (a, b) => (b.end - b.start) - (a.end - a.start) : (a, b) => a.start - b.start);
        return { total: found.length, rows: found.slice(query.offset, query.offset + query.limit) };
    }

    async trace(id) {
        const spans = this.byTrace.get(id) ?? [];
        const ids = new Set(spans.map((span) => span.id));
        return {
            spans, events: this.choice.events.filter((event) => ids.has(event[0])),
            links: this.choice.links.filter((link) => ids.has(link[0])), span_total: spans.length,
        };
    }

    async window({ from, to, peers }) {
        const has = peers === null ? () => true : ((set) => (peer) => set.has(peer))(new Set(peers));
        return {
            spans: this.choice.spans.filter((span) =>
                span.start < to && (span.end ?? Infinity) >= from && has(span.peer)),
            messages: this.choice.messages.filter((message) => message.sent < to &&
                (message.received ?? message.sent) >= from && has(message.sender) && has(message.receiver)),
            rest: this.choice.rest, isGrouped: true,
        };
    }

    async snapshot(id) { return this.data.snapshots[id] ?? { states: [], channels: [] }; }
}

export class ServerSource {
    constructor(run) {
        this.path = `/run/${run}`;
        this.isLive = true;
    }

    // 503: the file is held by the run that writes it, or makes its indices at its end.
    async get(path) {
        let response = await fetch(path, { headers: { Accept: "application/json" } });
        for (let turn = 0; response.status === 503 && turn < 120; turn++) {
            await new Promise((resolve) => setTimeout(resolve, 500));
            response = await fetch(path, { headers: { Accept: "application/json" } });
        }
        const answer = await response.json();
        if (!response.ok) throw new Error(answer.error ?? response.statusText);
        return answer;
    }

    run() { return this.get(this.path); }

    runs() { return this.get("/runs"); }

    pageOf(k) { return `?run=${k}`; }

    notice() { return null; }

    traces(query) {
        return this.get(`${this.path}/traces?${new URLSearchParams({
            text: query.text, errors: query.errors ? 1 : 0, order: query.order,
            offset: query.offset, limit: query.limit,
        })}`);
    }

    async trace(id) { return decode(await this.get(`${this.path}/trace/${id}`)); }

    async window({ from, to, peers }) {
        const query = new URLSearchParams({ from: Math.floor(from), to: Math.ceil(to) });
        if (peers !== null) query.set("peers", peers.join(","));
        return { ...decode(await this.get(`${this.path}/window?${query}`)), isGrouped: peers === null };
    }

    snapshot(id) { return this.get(`${this.path}/snapshot/${id}`); }
}
