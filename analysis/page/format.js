// SPDX-License-Identifier: MIT
// Numbers for people. Times are virtual nanoseconds.

const TIME_UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "us"], [1, "ns"]];

export function digits(value, count = 4) {
    return Number(value.toPrecision(count)).toString();
}

// A length of time in the unit that fits.
export function duration(ns) {
    if (ns == null) return "not ended";
    if (ns === 0) return "0";
    const [factor, unit] = TIME_UNITS.find(([f]) => Math.abs(ns) >= f) ?? TIME_UNITS[3];
    return `${digits(ns / factor)} ${unit}`;
}

// An instant, as exactly as the nanosecond.
export function instant(ns) {
    if (ns == null) return "never";
    const text = (ns / 1e9).toFixed(9).replace(/0+$/, "").replace(/\.$/, "");
    return `${text} s`;
}

export function quantity(value, unit) {
    if (value == null) return "-";
    if (unit === "ns") return duration(value);
    const text = digits(value);
    return unit === "1" ? text : `${text} ${unit}`;
}

export function count(value) {
    return value.toLocaleString("en");
}

// Ids are the number of the peer and that peer's counter, packed.
export function id(text) {
    const value = BigInt.asUintN(64, BigInt(text));
    return `${value >> 32n}#${value & 0xffffffffn}`;
}

// JSON as lines `key: value`.
export function attributes(text) {
    if (text == null) return [];
    try {
        const value = JSON.parse(text);
        if (value === null || typeof value !== "object") return [["value", text]];
        return Object.entries(value).map(([key, item]) =>
            [key, typeof item === "object" ? JSON.stringify(item) : String(item)]);
    } catch {
        return [["text", text]];
    }
}
