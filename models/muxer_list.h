/* SPDX-License-Identifier: MIT */
/* The muxers, in the order in which they are listed. */
X(yamux)
X(mplex)
