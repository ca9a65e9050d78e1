/* SPDX-License-Identifier: MIT */
/* The stacks, in the order in which they are listed. */
X(ideal)
X(datagram)
X(tcp)
X(quic)
X(layered)
X(ranked)
