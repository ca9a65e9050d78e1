// SPDX-License-Identifier: MIT
// The page: tabs, and which of them the address names (#traces?text=PING), so that the browser's
// back button and bookmarks work.
import { el, replace } from "./dom.js";
import { cells } from "./cells.js";
import { overview } from "./overview.js";
import { spacetime } from "./spacetime.js";
import { PageSource, ServerSource } from "./source.js";
import { topology } from "./topology.js";
import { traces } from "./traces.js";
import { waterfall } from "./waterfall.js";

const VIEWS = { overview, traces, spacetime, topology, cells, trace: waterfall };
const TABS = [["overview", "Overview"], ["traces", "Traces"], ["spacetime", "Space and time"], ["topology", "Topology"], ["cells", "Runs"]];

class Page {
    async start() {
        const data = document.getElementById("data");
        const run = Number(new URLSearchParams(location.search).get("run") ?? 0);
        this.source = data === null ? new ServerSource(run) : new PageSource(JSON.parse(data.textContent));
        await this.load();
        window.addEventListener("hashchange", () => this.show());
        document.addEventListener("keydown", (event) => this.key(event));
        document.getElementById("theme").addEventListener("click", () => this.turnTheme());
        await this.show();
        this.refreshLater();
    }

    async load() {
        this.run = await this.source.run();
        this.names = new Map(this.run.peers.filter((row) => row[1] !== null).map((row) => [row[0], row[1]]));
        this.numbers = new Map([...this.names].map(([peer, name]) => [name, peer]));
        this.many = (await this.source.runs()).length > 1;
        document.title = `${this.run.scenario ?? "a run"} - skein`;
        document.getElementById("title").textContent = this.run.scenario ?? "a run that is being written";
        const notice = document.getElementById("notice");
        notice.textContent = this.run.status === "running" ? "This run is still being written." : this.source.notice() ?? "";
        notice.hidden = notice.textContent === "";
    }

    // As long as the run is being written, and one question after the other.
    refreshLater() {
        if (!this.source.isLive || this.run.status !== "running") return;
        setTimeout(async () => {
            try {
                await this.load();
                if (this.where()[0] === "overview") await this.show();
            } finally {
                this.refreshLater();
            }
        }, 2000);
    }

    peerName(peer) {
        return peer === null || peer === undefined || peer < 0 ? "coordinator" : this.names.get(peer) ?? `peer ${peer}`;
    }

    peerByName(name) { return this.numbers.get(name); }

    go(view, given) {
        const query = new URLSearchParams(Object.entries(given ?? {}).filter(([, value]) => value !== "" && value != null));
        location.hash = `${view}?${query}`;
    }

    openRun(k) { location.href = this.source.pageOf(k); }

    where() {
        const [view, query] = location.hash.slice(1).split("?");
        return [view in VIEWS ? view : "overview", Object.fromEntries(new URLSearchParams(query ?? ""))];
    }

    async show() {
        const [view, given] = this.where();
        const tab = view === "trace" ? "traces" : view;
        replace(document.getElementById("tabs"), TABS.filter(([name]) => name !== "cells" || this.many).map(([name, title]) =>
            el("button", { type: "button", role: "tab", "aria-selected": String(name === tab), click: () => this.go(name) }, title)));
        const main = document.getElementById("view");
        try {
            const content = await VIEWS[view](this, given);
            replace(main, content);
            main.dataset.view = view;
        } catch (error) {
            replace(main, el("p", { class: "error" }, `This could not be shown: ${error.message}`));
            throw error;
        }
    }

    key(event) {
        if (event.target.closest("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
        const tab = TABS[Number(event.key) - 1];
        if (tab !== undefined && (tab[0] !== "cells" || this.many)) this.go(tab[0]);
        if (event.key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    }

    turnTheme() {
        const root = document.documentElement;
        const isDark = root.dataset.theme === "dark" ||
            (root.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches);
        root.dataset.theme = isDark ? "light" : "dark";
        window.dispatchEvent(new Event("resize"));
        if (this.where()[0] === "spacetime") this.show();
    }
}

new Page().start();
