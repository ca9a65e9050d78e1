/* SPDX-License-Identifier: MIT */
/* Inside the kernel only: how partitions advance side by side.
 *
 * A window begins at the earliest pending event of all and is as long as the lookahead: whatever
 * crosses from one partition to another during it arrives after it. So each partition takes in what
 * came for it, executes its events of the window in key order, and tells when its next event is;
 * then all meet, once a window. That is the conservative synchronization of Chandy and Misra
 * (Communications of the ACM 24(4), 1981) with a common window instead of null messages; time
 * without events is skipped.
 *
 * Each partition has two outboxes to each other one and two reports, which alternate: while the
 * others still read those of a window, it fills those of the next. After two meetings nobody reads
 * them any more.
 *
 * The same steps serve one thread, which then advances the partitions by turns, each time beginning
 * with another one. */
#ifndef SIM_WINDOWS_H
#define SIM_WINDOWS_H

#include "sim/partition.h"

/* Executes everything before `limit`. Returns early when some `most` events have been executed in
 * all, or the run must stop. */
void windows_run(Simulation *simulation, SimTime limit, uint64_t most);

#endif
