// SPDX-License-Identifier: MIT
// Small figures of one metric: its distribution function, with the axes named.
import { svg } from "./dom.js";
import { digits } from "./format.js";

const WIDTH = 460, HEIGHT = 210, LEFT = 50, RIGHT = 12, TOP = 26, BOTTOM = 40;

// Round numbers, about `count` of them, from low to high.
export function ticks(low, high, count) {
    if (!(high > low)) return [low];
    const rough = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((factor) => power * factor >= rough);
    const found = [];
    for (let value = Math.ceil(low / step) * step; value <= high * (1 + 1e-12); value += step) {
        found.push(Math.abs(value) < step * 1e-9 ? 0 : value);
    }
    return found;
}

function scaleOf(unit, most) {
    if (unit !== "ns") return [1, unit === "1" ? "" : unit];
    return [[1e9, "s"], [1e6, "ms"], [1e3, "us"]].find(([factor]) => most >= factor) ?? [1, "ns"];
}

// Up to the 99 % quantile, so that one outlier does not flatten the rest; the text says so.
export function metricFigure(metric) {
    const [factor, unit] = scaleOf(metric.unit, Math.abs(metric.quantiles[198]));
    const values = metric.quantiles.map((value) => value / factor);
    const low = values[0];
    const high = values[198] > low ? values[198] : values[200];
    const x = (value) => LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low || 1);
    const y = (share) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
    const points = [];
    values.forEach((value, k) => {
        if (value <= high) points.push(`${x(value).toFixed(1)},${y(k / 200).toFixed(1)}`);
    });
    const across = ticks(low, high, 5).map((value) => [
        svg("line", { class: "axis", x1: x(value), x2: x(value), y1: TOP, y2: HEIGHT - BOTTOM }),
        svg("text", { x: x(value), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, digits(value))]);
    const up = [0, 0.25, 0.5, 0.75, 1].map((share) => [
        svg("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share) }),
        svg("text", { x: LEFT - 6, y: y(share) + 4, "text-anchor": "end" }, share)]);
    return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `distribution of ${metric.name}` },
        svg("text", { x: LEFT, y: 15 }, `${metric.name}: share of ${metric.count} up to a value`),
        across, up,
        svg("polyline", { points: points.join(" "), fill: "none", stroke: "var(--blue)", "stroke-width": 2 }),
        svg("text", { x: WIDTH / 2, y: HEIGHT - 6, "text-anchor": "middle" },
            `${metric.name}${unit ? ` (${unit})` : ""}${high < values[200] ? ", up to p99" : ""}`));
}

// A line for each cell of a sweep: its runs' means as dots, their mean as a stroke.
export function cellFigure(name, unit, cells) {
    const values = cells.flatMap((cell) => cell.values);
    const [factor, word] = scaleOf(unit, values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    const low = Math.min(0, ...values) / factor, high = values.reduce((a, b) => Math.max(a, b), 0) / factor;
    const wide = 900, left = 300, height = 50 + 22 * cells.length;
    const x = (value) => left + (wide - left - 20) * (value / factor - low) / (high - low || 1);
    const lines = cells.map((cell, k) => {
        const y = 20 + 22 * k;
        const mean = x(cell.values.reduce((sum, value) => sum + value, 0) / cell.values.length);
        return [svg("text", { x: left - 10, y: y + 4, "text-anchor": "end" }, cell.name.slice(0, 44)),
            svg("line", { class: "axis", x1: left, x2: wide - 20, y1: y, y2: y }),
            cell.values.map((value) => svg("circle", { cx: x(value), cy: y, r: 3.5, fill: "var(--blue)", "fill-opacity": 0.45 })),
            svg("line", { x1: mean, x2: mean, y1: y - 8, y2: y + 8, stroke: "var(--orange)", "stroke-width": 3 })];
    });
    const across = ticks(low, high, 6).map((value) => svg("text", { x: x(value * factor), y: height - 22, "text-anchor": "middle" }, digits(value)));
    return svg("svg", { viewBox: `0 0 ${wide} ${height}`, role: "img", "aria-label": `${name} of each cell` }, lines, across,
        svg("text", { x: left + (wide - left) / 2, y: height - 4, "text-anchor": "middle" }, `mean ${name} of a run${word ? ` (${word})` : ""}`));
}
