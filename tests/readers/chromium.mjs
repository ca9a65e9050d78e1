// SPDX-License-Identifier: MIT
// chromium.mjs FILE.trace.json: has the trace engine of Chromium's developer tools (what reads a file on their page
// Performance) parse the file, and prints the slices by category (spans, then ends of messages), flow arrows that it
// joined, parents, and nanoseconds of all spans. The format leaves the order of events free, the engine does not: it
// pairs B and E of all tracks with one stack, so that it gets them track by track; and it joins an arrow only where
// the beginning stands first, in our files from a peer with a smaller number to one with a larger.
import { readFileSync } from 'node:fs';
import { Browser, startDriver } from '../browser.mjs';

const PAGE = 'devtools://devtools/bundled/devtools_app.html';
const READ = `
    const done = arguments[0];
    (async () => {
        const trace = await import('devtools://devtools/bundled/models/trace/trace.js');
        const model = trace.TraceModel.Model.createWithAllHandlers();
        const events = JSON.parse(window.pieces.join('\\n')).traceEvents;
        events.sort((a, b) => (a.tid ?? -1) - (b.tid ?? -1));
        await model.parse(events, {});
        const {Meta, Renderer, Flows} = model.parsedTrace(0).data;
        if (!Meta.traceIsGeneric) {
            throw new Error('the file is taken for a recording of a browser');
        }
        const count = {span: 0, message: 0};
        let parents = 0, nanoseconds = 0, unpaired = 0;
        for (const process of Renderer.processes.values()) {
            for (const thread of process.threads.values()) {
                for (const {cat, dur, args} of thread.entries) {
                    count[cat]++;
                    unpaired += !(dur > 0);
                    if (cat === 'span') {
                        parents += args.skein.parent_id !== undefined;
                        nanoseconds += args.skein.duration_ns === 0 ? 0 : Math.round(dur * 1000);
                    }
                }
            }
        }
        return {count, arrows: Flows.flows.length, parents, nanoseconds, unpaired};
    })().then(done, error => done({error: String(error)}));`;

// Whole lines, since chromedriver takes no 100 MB at once.
async function hand(browser, lines) {
    await browser.run('window.pieces = []');
    for (let from = 0; from < lines.length; from += 20000) {
        await browser.run('window.pieces.push(arguments[0])', lines.slice(from, from + 20000).join('\n'));
    }
}

const driver = await startDriver();
try {
    const browser = await Browser.open(driver.address);
    try {
        await browser.call('POST', '/timeouts', { script: 100000 });
        await browser.go(PAGE);
        await hand(browser, readFileSync(process.argv[2], 'utf8').split('\n'));
        const found = await browser.call('POST', '/execute/async', { script: READ, args: [] });
        if (found.error || found.unpaired > 0) {
            throw new Error(found.error ?? `${found.unpaired} slices have no end`);
        }
        const { count, arrows, parents, nanoseconds } = found;
        console.log(`${count.span} ${count.message} ${arrows} ${parents} ${nanoseconds}`);
    } finally {
        await browser.close();
    }
} finally {
    driver.stop();
}
