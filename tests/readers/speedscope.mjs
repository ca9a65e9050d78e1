// SPDX-License-Identifier: MIT
// speedscope.mjs READERS FILE.trace.json: has speedscope import the file and prints the slices by category (spans,
// sent, received), flow arrows (begun, ended), parents, and nanoseconds of all spans. Whatever speedscope complains
// about, but for names that occur twice at one instant, is an error.
//
// speedscope is a page: its script runs here without one, up to where it would draw, and its own function for files
// that are dropped on it does the reading.
import {readFileSync, readdirSync} from 'node:fs';
import {basename, join} from 'node:path';
import vm from 'node:vm';

const [readers, file] = process.argv.slice(2);
const release = join(readers, 'speedscope/dist/release');
const script = readdirSync(release).find(name => /^speedscope-.*\.js$/.test(name));
const source = readFileSync(join(release, script), 'utf8');
const reader = /loadFileFromBase64:\((\w+),(\w+)\)=>\{this\.loadProfile\(\(\)=>(\w+)\(\1,\2\)/.exec(source)[3];
const end = source.lastIndexOf('console.log(`speedscope v${');
const anything = new Proxy(function () {}, {
    get: (target, key) => (key === Symbol.toPrimitive ? () => '' : anything),
    apply: () => anything,
    construct: () => anything,
    set: () => true,
});
let complaints = 0;
const complain = text => {
    if (!/^ts=.*Ending .* instead\.$/s.test(text) && complaints++ < 3) {
        console.error(`speedscope: ${String(text).slice(0, 300)}`);
    }
};
const page = {
    console: {log() {}, warn: complain, error: complain},
    document: anything, localStorage: anything, navigator: {userAgent: '', platform: ''},
    location: {hash: '', href: '', protocol: 'http:', search: ''}, matchMedia: () => anything,
    addEventListener() {}, requestAnimationFrame() {}, setTimeout, clearTimeout, performance,
    TextDecoder, TextEncoder, Uint8Array, ArrayBuffer, URL, Blob, atob, Promise,
};
page.window = page.self = page;
vm.createContext(page);
vm.runInContext(`${source.slice(0, end)}globalThis.readFile=${reader};})();`, page);
const bytes = readFileSync(file);
const group = await page.readFile(basename(file), bytes.toString('base64'));
if (!group) {
    throw new Error('speedscope does not know the format');
}

// Names of frames are those of events and their arguments as JSON. A slice is one entry into a frame.
const count = {span: 0, sent: 0, received: 0};
let parents = 0, nanoseconds = 0n;
const slices = new Map();
for (const profile of group.profiles) {
    const open = [];
    profile.forEachCall((node, value) => {
        const name = node.frame.name;
        const category = name.includes('{"skein":{"trace_id":"') ? 'span'
            : /"message_id":-?\d+,"to":/.test(name) ? 'sent' : 'received';
        count[category]++;
        parents += category === 'span' && name.includes('"parent_id":"');
        open.push({category, value, isInstant: name.includes('"duration_ns":0')});
    }, (node, value) => {
        const slice = open.pop();
        if (slice.category === 'span' && !slice.isInstant) {
            nanoseconds += BigInt(Math.round((value - slice.value) * 1000));
        }
    });
}

// Arrows are of the format but not of speedscope: each has its two ends, at slices of the same track and time.
const events = JSON.parse(bytes).traceEvents;
const arrows = {s: new Set(), f: new Set()};
const begun = new Set(events.filter(e => e.ph === 'B').map(e => `${e.pid} ${e.tid} ${e.ts}`));
for (const event of events) {
    if (event.ph in arrows) {
        if (!begun.has(`${event.pid} ${event.tid} ${event.ts}`) || arrows[event.ph].has(event.id)) {
            throw new Error(`arrow ${event.id} has no slice, or is there twice`);
        }
        arrows[event.ph].add(event.id);
    }
}
for (const id of arrows.f) {
    complaints += !arrows.s.has(id);
}
if (complaints > 0) {
    throw new Error(`${complaints} complaints`);
}
console.log(`${count.span} ${count.sent} ${count.received} ${arrows.s.size} ${arrows.f.size} ${parents} ${nanoseconds}`);
