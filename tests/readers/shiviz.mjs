// SPDX-License-Identifier: MIT
// shiviz.mjs FILE: reads a log as ShiViz does and prints hosts, events, sends, receipts, records of states, and
// arrows between hosts. ShiViz itself is in no package; these are its rules (its
// documentation of the log format, and js/model/modelGraph.js): the first line reads the rest; a host's own entry is
// there and goes 1, 2, 3; no clock names an event that is not there. Then more than ShiViz asks: a receipt comes after
// its sending by the clocks, and vectors grow. With SHIVIZ its own classes read the file as well, and must draw the same
// number of arrows.
import {readFileSync} from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
const [expression, delimiter] = text.split('\n', 2);
const log = text.slice(expression.length + delimiter.length + 2);

function check(condition, what) {
    if (!condition) {
        throw new Error(what);
    }
}

check(delimiter === '', 'the second line is not empty');
const hosts = new Map();
const events = [];
let size = 0;
for (const match of log.matchAll(new RegExp(expression, 'gm'))) {
    const {host, clock: json, event, timestamp} = match.groups;
    const clock = JSON.parse(json);
    size += match[0].length + 1;
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
    check(clock[host] === hosts.get(host), `the clock of ${host} is ${clock[host]} at its event ${hosts.get(host)}`);
    events.push({host, clock, event, timestamp});
}
check(size === log.length, 'the expression does not match all of the log');
check(events.length > 0, 'there are no events');

const seen = new Map([...hosts.keys()].map(host => [host, {}]));
const counts = {send: 0, receive: 0, record: 0};
let arrows = 0;
for (const {host, clock, event} of events) {
    const known = seen.get(host);
    let news = 0;
    for (const [other, time] of Object.entries(clock)) {
        check(hosts.has(other) && time >= 1 && time <= hosts.get(other), `an entry ${other}: ${time} of no event`);
        check(Object.keys(clock).length <= 2 || !(time < known[other]), `the entry ${other} goes back at ${host}`);
        news += other !== host && time > (known[other] ?? 0);
        known[other] = Math.max(time, known[other] ?? 0);
    }
    const kind = event.split(' ', 1)[0];
    check(kind in counts, `an event ${event}`);
    counts[kind]++;
    arrows += news > 0;
    if (kind === 'receive') {
        const from = / from (\S+) \(\d+ B\)$/.exec(event)[1];
        check(from === host || clock[from] >= 1, `${event} at ${host} does not know the sender`);
    } else {
        check(news === 0, `${event} at ${host} learns of others`);
    }
}

console.log(`${hosts.size} ${events.length} ${counts.send} ${counts.receive} ${counts.record} ${arrows}`);
