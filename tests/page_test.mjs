// SPDX-License-Identifier: MIT
// What a person does with the page, in a real browser: chromium, driven through chromedriver
// (W3C WebDriver over HTTP). Called by tests/page.sh:
//
//     node page_test.mjs CHROMEDRIVER_URL NAME PAGE_URL [SCREENSHOT_FOLDER]
//
// prints `ok TEXT` or `not ok TEXT` for each thing that is looked at. NAME is a function below.
import { Browser } from "./browser.mjs";

const [driver, name, address, folder] = process.argv.slice(2);

let failures = 0;

function check(what, holds, found) {
    failures += !holds;
    console.log(`${holds ? "ok" : "not ok"} ${what}${holds || found === undefined ? "" : `: found ${JSON.stringify(found)}`}`);
}

const view = (name) => `return document.querySelector("#view")?.dataset.view === "${name}"`;
const textOf = (css) => `(document.querySelector("${css}")?.textContent ?? "")`;
const text = (css) => `return ${textOf(css)}`;
const rows = 'return document.querySelectorAll("#view tbody tr").length';

// The testbed: everything that is promised is three clicks away.
async function testbed(browser) {
    await browser.go(address);
    await browser.until(view("overview"), "the page");
    check("the title names the scenario", await browser.run(text("#title")) === "testbed");
    await browser.picture("overview");
    await browser.click("#view tr.link", "PING");
    await browser.until(view("traces"));
    const counted = await browser.run(text("#trace-count"));
    check("one trace has a PING", counted === "1 to 1 of 1 traces", counted);
    await browser.click("#view tr.link", "PING");
    await browser.until(view("trace"));
    const waterfall = await browser.run(text("#waterfall"));
    check("PING and PONG are in its waterfall", waterfall.includes("PING") && waterfall.includes("PONG"), waterfall);
    await browser.click("nav button", "Overview");
    await browser.until(view("overview"));
    await browser.click("#view tr.link", "DialPeer");
    await browser.until(view("traces"));
    await browser.click("#view tr.link", "Setup");
    await browser.until(view("trace"));
    const dials = await browser.run('return [...document.querySelectorAll("#waterfall > div")].filter((node) => node.title === "DialPeer").length');
    check("the 190 dials are three clicks away", dials === 190, dials);
    await browser.click("#waterfall > div", "DialPeer");
    const details = await browser.run(text("#details"));
    check("a click shows attributes", details.includes("to") && details.includes("DialPeer"), details);
    await browser.picture("waterfall");
    await browser.click("nav button", "Overview");
    await browser.until(view("overview"));
    await browser.click("#view tr.link", "cl_snapshot");
    await browser.until(view("traces"));
    await browser.click("#view tr.link", "cl_snapshot");
    await browser.until(view("trace"));
    const markers = await browser.run('return [...document.querySelectorAll("#waterfall > div")].filter((node) => node.title === "snapshot").length');
    check("so is the tree of the snapshot", markers === 380, markers);
    await spacetime(browser);
    await browser.click("nav button", "Topology");
    await browser.until(view("topology"));
    const chords = await browser.run('return document.querySelectorAll("#topology line").length');
    check("190 connections are drawn", chords === 190, chords);
    await browser.picture("topology");
}

const WINDOW = textOf("#window");
const PLACE = `const box = document.querySelector("#canvas").getBoundingClientRect(); return [box.left, box.top, box.width, box.height]`;

async function spacetime(browser) {
    await browser.click("nav button", "Space");
    await browser.until(view("spacetime"));
    const before = await browser.until(`return /shown/.test(${WINDOW}) && ${WINDOW}`, "the window");
    const states = await browser.run(text("#cut"));
    check("the cut has its 20 states", states.includes("20 states"), states);
    const [left, top, width, height] = await browser.run(PLACE);
    await browser.drag([left + width * 0.8, top + height * 0.5], [left + width * 0.4, top + height * 0.5]);
    const after = await browser.until(`const now = ${WINDOW}; return now !== ${JSON.stringify(before)} && now`, "another window");
    check("dragging moves the window", after !== before, after);
    await browser.click("button[title='zoom out']");
    const wider = await browser.until(`const now = ${WINDOW}; return now !== ${JSON.stringify(after)} && now`, "a wider window");
    check("a button zooms", wider !== after);
    const peers = `return document.querySelector("input[aria-label=peers]").value`;
    await browser.drag([left + 60, top + height * 0.05], [left + 60, top + height * 0.3]);
    const moved = await browser.until(`const now = document.querySelector("input[aria-label=peers]").value; return now !== "0..19" && now`, "another order");
    check("a peer's line can be moved", moved !== "0..19" && moved.startsWith("1"), moved);
    await browser.drag([left + 121, top + height * 0.9], [left + 121, top + height * 0.9]);
    await browser.until(`const now = document.querySelector("input[aria-label=peers]").value; return now !== ${JSON.stringify(moved)}`, "a hidden peer");
    check("and hidden", true, await browser.run(peers));
    await browser.picture("spacetime");
    await browser.click("#theme");
    await browser.picture("dark");
}

// A bank's snapshot: its cut, its states, what was in flight.
async function cut(browser) {
    await browser.go(address);
    await browser.until(view("overview"));
    await browser.click("nav button", "Space");
    await browser.until(view("spacetime"));
    const side = await browser.until(`const side = document.querySelector("#cut").textContent; return side.includes("states") && side`);
    check("the snapshot says its verdict", /verdict\s*consistent/.test(side), side);
    check("and its states", /tokens/.test(side), side);
    await browser.picture("cut");
}

// Two runs, a page each.
async function sweep(browser) {
    await browser.go(address);
    await browser.until(view("overview"));
    await browser.click("nav button", "Runs");
    await browser.until(view("cells"));
    const dots = await browser.run('return document.querySelectorAll("svg circle").length');
    check("a figure has a dot for each run", dots === 2, dots);
    await browser.picture("runs");
    await browser.click("#view tr.link:nth-child(2)");
    await browser.until('return location.pathname.endsWith("each-2.html")', "the page of the second run");
    await browser.until(view("overview"));
    check("a line opens the page of its run", (await browser.run("return document.body.textContent")).includes("b, repetition 1"));
}

// Names that try to be markup: see tests/page.sh.
async function hostile(browser) {
    await browser.go(address);
    await browser.until(view("overview"));
    for (const tab of ["Traces", "Space", "Topology", "Overview"]) {
        await browser.click("nav button", tab);
        await browser.until(view(tab === "Space" ? "spacetime" : tab.toLowerCase()));
    }
    check("no script of a name ran", await browser.run("return window.hurt === undefined"));
    check("no element of a name exists", await browser.run('return document.querySelector("img, b#evil, iframe, script[src]") === null ||' +
        ' [...document.querySelectorAll("script[src]")].every((node) => node.getAttribute("src") === "/page.js")'));
    check("names stand as they are", (await browser.run("return document.body.textContent")).includes("<img src=x onerror=hurt=1>"));
    await browser.click("nav button", "Traces");
    await browser.until(view("traces"));
    check("the traces are there", await browser.run(rows) > 0);
}

// A big database, for tests/bench/page.sh: when the browser painted first, when the page had its data on the screen, and how
// long a window takes that is moved, all by the browser's own clock.
async function big(browser) {
    await browser.go(address);
    await browser.until(view("overview"));
    const paints = await browser.until(`const paints = Object.fromEntries(performance.getEntriesByType("paint").map((entry) =>
        [entry.name, Math.round(entry.startTime)])); return "first-contentful-paint" in paints && paints`, "the first paint");
    const shown = await browser.run("return Math.round(performance.now())");
    check(`first paint ${paints["first-paint"]} ms, with content ${paints["first-contentful-paint"]} ms, overview by ${shown} ms`,
        paints["first-contentful-paint"] < 10000);
    await browser.click("nav button", "Space");
    await browser.until(view("spacetime"));
    const before = await browser.until(`return /shown/.test(${WINDOW}) && ${WINDOW}`, "the window");
    const windows = 'performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/window?"))';
    const asked = await browser.run(`return ${windows}.length`);
    await browser.click("button[title='zoom in']");
    await browser.until(`const now = ${WINDOW}; return now !== ${JSON.stringify(before)} && now`, "another window");
    if (address.startsWith("http:")) {
        const took = await browser.until(`return ${windows}.length > ${asked} && Math.round(${windows}.at(-1).duration)`, "its answer");
        check(`a window that moves is answered after ${took} ms`, took < 10000);
    }
    await browser.picture("big");
}

const browser = await Browser.open(driver, folder);
try {
    await { testbed, cut, sweep, hostile, big }[name](browser);
    const errors = await browser.errors();
    check("the console has no errors", errors.length === 0, errors);
} catch (error) {
    check("nothing was missing", false, error.message);
    await browser.picture("failure");
} finally {
    await browser.close();
}
process.exitCode = failures > 0 ? 1 : 0;
