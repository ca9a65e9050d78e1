/* SPDX-License-Identifier: MIT */
/* The kinds of latency beside distributions: X(name) expects LATENCY_NAME in latency_name.c. */
X(coordinates)
X(graph)
X(matrix)
X(regions)
X(replay)
