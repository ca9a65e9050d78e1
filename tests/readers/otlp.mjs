// SPDX-License-Identifier: MIT
// otlp.mjs READERS FILE: reads OTLP/JSON lines by the official .proto files and prints spans, parents, nanoseconds
// of all spans, events, links and errors. Each line goes through the types of the schema, as JSON where every member
// must be one of its fields, then to the wire and back; what is counted is what came back.
import {createRequire} from 'node:module';
import fs, {createReadStream} from 'node:fs';
import {createInterface} from 'node:readline';
import {join, resolve} from 'node:path';

const [readers, file] = process.argv.slice(2);
const load = createRequire(resolve(readers, 'x.js'));
const protobuf = load('./protobufjs/dist/protobuf.js');
protobuf.util.fs = fs;
protobuf.util.Long = load('./long/umd/index.js');
protobuf.configure();

const protos = join(readers, '@opentelemetry/otlp-grpc-exporter-base/build/protos');
const root = new protobuf.Root();
root.resolvePath = (origin, target) => join(protos, target);
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto');
const request = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');

function refuse(path, what) {
    throw new Error(`${path}: ${what}`);
}

// OTLP/JSON has ids in hexadecimal, where the JSON of protobuf has base64.
function bytes(path, value, digits) {
    if (typeof value !== 'string' || !new RegExp(`^[0-9a-f]{${digits}}$`).test(value)) {
        refuse(path, `found ${JSON.stringify(value)}, expected ${digits} hexadecimal digits`);
    }
    return Buffer.from(value, 'hex');
}

const lengths = {traceId: 32, spanId: 16, parentSpanId: 16};

function scalar(path, field, value) {
    const kind = field.resolvedType ? 'enum' : field.type;
    const good = {
        enum: () => Number.isInteger(value) && value in field.resolvedType.valuesById,
        string: () => typeof value === 'string',
        bool: () => typeof value === 'boolean',
        double: () => typeof value === 'number',
        uint32: () => Number.isInteger(value) && value >= 0,
        int64: () => typeof value === 'string' && /^-?\d+$/.test(value),
        fixed64: () => typeof value === 'string' && /^\d+$/.test(value),
    }[kind];
    if (kind === 'bytes') {
        return bytes(path, value, lengths[field.name]);
    }
    if (!good || !good()) {
        refuse(path, `${JSON.stringify(value)} is no ${kind}`);
    }
    return value;
}

function message(path, type, value) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
        refuse(path, `no ${type.name}`);
    }
    const result = {};
    for (const [key, member] of Object.entries(value)) {
        const field = type.fields[key]?.resolve();
        const at = `${path}.${key}`;
        if (!field) {
            refuse(at, `${type.name} has no such field`);
        }
        const one = (place, part) => field.resolvedType instanceof protobuf.Type
            ? message(place, field.resolvedType, part) : scalar(place, field, part);
        if (field.repeated !== Array.isArray(member)) {
            refuse(at, 'an array where there is to be none, or the other way round');
        }
        result[key] = field.repeated ? member.map((part, i) => one(`${at}[${i}]`, part)) : one(at, member);
    }
    return result;
}

const ids = new Set(), parents = [];
let spans = 0, nanoseconds = 0n, events = 0, links = 0, errors = 0, lines = 0;
for await (const line of createInterface({input: createReadStream(file), crlfDelay: Infinity})) {
    lines++;
    const checked = request.fromObject(message(`line ${lines}`, request, JSON.parse(line)));
    const problem = request.verify(checked);
    if (problem) {
        refuse(`line ${lines}`, problem);
    }
    const read = request.decode(request.encode(checked).finish());
    for (const span of read.resourceSpans.flatMap(r => r.scopeSpans).flatMap(s => s.spans)) {
        const id = Buffer.from(span.spanId).toString('hex');
        const length = BigInt(span.endTimeUnixNano.toString()) - BigInt(span.startTimeUnixNano.toString());
        if (span.traceId.length !== 16 || ids.has(id) || length < 0n || span.startTimeUnixNano.isZero()) {
            refuse(`line ${lines}`, `span ${id} is not right`);
        }
        ids.add(id);
        spans++;
        nanoseconds += length;
        events += span.events.length;
        links += span.links.length;
        errors += span.status.code === 2;
        if (span.parentSpanId.length > 0) {
            parents.push(Buffer.from(span.parentSpanId).toString('hex'));
        }
    }
}
const found = parents.filter(id => ids.has(id)).length;
console.log(`${spans} ${parents.length} ${found} ${nanoseconds} ${events} ${links} ${errors}`);
