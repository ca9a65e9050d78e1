/* SPDX-License-Identifier: MIT */
/* The kinds of event queue: X(HEAP, "heap") stands for EVENT_QUEUE_HEAP, whose name is heap. The
 * first is the default. */
X(LADDER, "ladder")
X(HEAP, "heap")
