// SPDX-License-Identifier: MIT
// jaeger.mjs FILE: checks what the Jaeger UI asks of an uploaded file, and prints traces, spans, parents, parents that
// are there, microseconds of all spans, logs, and spans with the tag error. The UI itself is in no package; these are
// its rules (jaeger-ui: types/trace.tsx for the shape, model/transform-trace-data.tsx for what it does with it: a span
// without a start is dropped, one whose process is not there breaks the page, an id that is there twice is renamed).
import {readFileSync} from 'node:fs';

const types = {
    string: v => typeof v === 'string', bool: v => typeof v === 'boolean',
    int64: v => Number.isSafeInteger(v), float64: v => typeof v === 'number',
};
const members = {
    file: 'data total limit offset errors', trace: 'traceID spans processes warnings',
    span: 'traceID spanID operationName startTime duration references tags logs processID warnings',
    reference: 'refType traceID spanID', tag: 'key type value', log: 'timestamp fields', process: 'serviceName tags',
};

function check(condition, what) {
    if (!condition) {
        throw new Error(what);
    }
}

function checkMembers(kind, value) {
    const found = Object.keys(value).sort().join(' ');
    check(found === members[kind].split(' ').sort().join(' '), `${kind} has the members ${found}`);
}

function checkTags(tags) {
    for (const tag of tags) {
        checkMembers('tag', tag);
        check(typeof tag.key === 'string' && types[tag.type]?.(tag.value), `the tag ${JSON.stringify(tag)}`);
    }
}

function checkSpan(span, trace) {
    checkMembers('span', span);
    check(span.traceID === trace.traceID && /^[0-9a-f]{16}$/.test(span.spanID), `the ids of ${span.spanID}`);
    check(Number.isSafeInteger(span.startTime) && span.startTime > 0, `the start of ${span.spanID}`);
    check(Number.isSafeInteger(span.duration) && span.duration >= 0, `the duration of ${span.spanID}`);
    check(typeof span.operationName === 'string', `the name of ${span.spanID}`);
    check(trace.processes[span.processID] !== undefined, `the process ${span.processID}`);
    for (const reference of span.references) {
        checkMembers('reference', reference);
        check(['CHILD_OF', 'FOLLOWS_FROM'].includes(reference.refType), reference.refType);
        check(/^[0-9a-f]{32}$/.test(reference.traceID) && /^[0-9a-f]{16}$/.test(reference.spanID), 'a reference');
    }
    checkTags(span.tags);
    for (const log of span.logs) {
        checkMembers('log', log);
        check(Number.isSafeInteger(log.timestamp) && log.timestamp > 0, 'the time of a log');
        checkTags(log.fields);
    }
}

const file = JSON.parse(readFileSync(process.argv[2], 'utf8'));
checkMembers('file', file);
const traceIds = new Set();
let spans = 0, parents = 0, found = 0, microseconds = 0, logs = 0, errors = 0;
for (const trace of file.data) {
    checkMembers('trace', trace);
    check(/^[0-9a-f]{32}$/.test(trace.traceID) && !traceIds.has(trace.traceID), `the trace ${trace.traceID}`);
    traceIds.add(trace.traceID);
    for (const process of Object.values(trace.processes)) {
        checkMembers('process', process);
        checkTags(process.tags);
    }
    const ids = new Set(trace.spans.map(span => span.spanID));
    check(ids.size === trace.spans.length && ids.size > 0, `the spans of ${trace.traceID}`);
    for (const span of trace.spans) {
        checkSpan(span, trace);
        spans++;
        microseconds += span.duration;
        logs += span.logs.length;
        errors += span.tags.some(tag => tag.key === 'error' && tag.type === 'bool' && tag.value);
        for (const reference of span.references.filter(r => r.refType === 'CHILD_OF')) {
            parents++;
            found += ids.has(reference.spanID);
        }
    }
}
console.log(`${traceIds.size} ${spans} ${parents} ${found} ${microseconds} ${logs} ${errors}`);
