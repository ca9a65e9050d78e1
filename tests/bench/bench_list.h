/* SPDX-License-Identifier: MIT */
/* The benchmarks, in the order in which they run: X(name) expects `const Bench BENCH_name`. */
X(hold)
X(kernel)
X(record)
X(ping)
X(established)
X(bulk)
X(snapshot)
X(growth)
X(scale)
X(start)
X(beside)
