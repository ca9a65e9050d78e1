// SPDX-License-Identifier: MIT
// The index of a sweep: a figure of its cells, and a line for each run, which opens the run where
// the page is served.
import { el, replace, table } from "./dom.js";
import { cellFigure } from "./figures.js";
import { count, instant } from "./format.js";

const CELLS_MAX = 60;

export async function cells(page) {
    const runs = await page.source.runs();
    const rows = runs.map(([experiment, cell, repetition, seed, status, events, end, scenario]) =>
        [experiment || scenario, cell || "-", repetition, seed, status, count(events ?? 0), instant(end)]);
    return [el("h2", null, `${count(runs.length)} runs`), figureOf(runs),
        el("p", { class: "faint" }, page.source.pageOf(0) !== null ? "A line opens its run."
            : "This page is about one of them; skein report --every-run writes a page for each, skein view serves all."),
        table([["experiment"], ["cell"], ["repetition", 1], ["seed", 1], ["status"], ["events", 1], ["virtual end", 1]], rows,
            page.source.pageOf(0) !== null ? (k) => page.openRun(k) : undefined)];
}

// Cells in their order, each with the means of its runs.
function cellsOf(runs, metric) {
    const found = new Map();
    for (const [experiment, cell, , , , , , , means] of runs) {
        if (means[metric] === undefined) continue;
        const name = [experiment, cell].filter((word) => word).join(": ") || "all runs";
        if (!found.has(name)) found.set(name, { name, values: [] });
        found.get(name).values.push(means[metric]);
    }
    return [...found.values()].slice(0, CELLS_MAX);
}

function figureOf(runs) {
    const metrics = [...new Set(runs.flatMap((run) => Object.keys(run[8])))].sort();
    if (metrics.length === 0) return null;
    const place = el("div");
    const show = (metric) => {
        const [name, unit] = metric.split(" ");
        replace(place, cellFigure(name, unit, cellsOf(runs, metric)));
    };
    const first = metrics.find((metric) => /rtt|duration|time/.test(metric)) ?? metrics[0];
    show(first);
    return [el("div", { class: "bar" }, el("select", { "aria-label": "metric", change: (event) => show(event.target.value) },
        metrics.map((metric) => el("option", { value: metric, selected: metric === first }, metric.split(" ")[0])))), place];
}
