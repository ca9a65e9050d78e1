/* SPDX-License-Identifier: MIT */
/* The congestion controls of TCP, in the order in which they are listed. */
X(cubic)
X(reno)
