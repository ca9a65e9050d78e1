// SPDX-License-Identifier: MIT
// The first tab: what ran, how it was set, and what came out.
import { el, facts, table } from "./dom.js";
import { metricFigure } from "./figures.js";
import { count, duration, instant, quantity } from "./format.js";

export async function overview(page) {
    const { run } = page;
    const cell = run.cell ? `${run.cell}, repetition ${run.repetition}` : null;
    const head = facts([
        ["scenario", run.scenario], ["module", run.module], ["experiment", run.experiment], ["cell", cell],
        ["status", run.status], ["seed", run.seed], ["fingerprint", run.fingerprint],
        ["virtual end", instant(run.end)], ["events", run.events == null ? null : count(run.events)],
        ["peers", count(run.peer_count)],
        ["dials", run.dials > 0 ? `${count(run.dials)}, ${count(run.dials_opened)} opened` : null],
        ["traces", count(run.trace_count)], ["spans", count(run.span_count)],
        ["messages", count(run.message_count)], ["snapshots", run.snapshots.length || null],
        ["inputs", run.inputs.map((input) => input[0]).join(", ")],
    ]);
    return [
        el("div", { class: "columns" },
            el("section", null, el("h2", null, "Run"), head),
            el("section", null, el("h2", null, "Spans"), spanNames(page))),
        el("h2", null, "Metrics"), metrics(run),
        run.snapshots.length > 0 ? [el("h2", null, "Snapshots"), snapshots(page)] : null,
        run.faults.length > 0 ? [el("h2", null, "Faults"), faults(run)] : null,
        el("h2", null, "Parameters"), parameters(run),
    ];
}

function spanNames(page) {
    const rows = page.run.span_names;
    if (rows.length === 0) return el("p", { class: "faint" }, "This run recorded no spans.");
    return table([["name"], ["spans", 1], ["errors", 1], ["mean duration", 1]],
        rows.map(([name, spans, errors, mean]) => [name, count(spans), errors || "", duration(mean)]),
        (k) => page.go("traces", { text: rows[k][0] }));
}

function metrics(run) {
    const figures = run.metrics.filter((metric) => metric.min < metric.max).slice(0, 12)
        .map((metric) => el("section", null, metricFigure(metric)));
    const columns = [["metric"], ["count", 1], ["mean", 1], ["min", 1], ["p50", 1], ["p90", 1], ["p99", 1], ["max", 1]];
    const rows = run.metrics.map((metric) => [metric.name, count(metric.count),
        ...["mean", "min", "p50", "p90", "p99", "max"].map((key) => quantity(metric[key], metric.unit))]);
    return [table(columns, rows), el("div", { class: "columns" }, figures)];
}

function snapshots(page) {
    const rows = page.run.snapshots;
    return table([["snapshot"], ["algorithm"], ["initiator"], ["started", 1], ["duration", 1], ["status"], ["verdict"]],
        rows.map(([id, algorithm, initiator, started, completed, status, verdict], k) => [
            k + 1, algorithm, page.peerName(initiator), instant(started),
            completed == null ? "not complete" : duration(completed - started), status, verdict ?? "unchecked"]),
        (k) => page.go("spacetime", { snapshot: rows[k][0] }));
}

function faults(run) {
    return table([["time", 1], ["action"], ["arguments"]],
        run.faults.map(([time, action, words]) => [instant(time), action, words]));
}

function parameters(run) {
    const words = { default: "default", file: "scenario file", set: "--set", sweep: "sweep" };
    return table([["key"], ["value"], ["from"]], run.parameters.map(([key, value, origin]) =>
        [key, el("code", null, value), el("span", { class: origin === "default" ? "faint" : null },
            words[origin] ?? origin)]));
}
