/* SPDX-License-Identifier: MIT */
/* The table of contents of the snapshot algorithms. EXTRA_SNAPSHOT_ALGORITHMS is a list of further
 * ones, for test programs. */
#include "models/snapshot_algorithm.h"

#define X(identifier, name) extern const SnapshotAlgorithm SNAPSHOT_##identifier;
#include "models/snapshot_algorithm_list.h"
#ifdef EXTRA_SNAPSHOT_ALGORITHMS
#include EXTRA_SNAPSHOT_ALGORITHMS
#endif
#undef X

const SnapshotAlgorithm *const SNAPSHOT_ALGORITHMS[] = {
#define X(identifier, name) &SNAPSHOT_##identifier,
#include "models/snapshot_algorithm_list.h"
#ifdef EXTRA_SNAPSHOT_ALGORITHMS
#include EXTRA_SNAPSHOT_ALGORITHMS
#endif
#undef X
    NULL,
};

const char *const SNAPSHOT_ALGORITHM_NAMES[] = {
#define X(identifier, name) name,
#include "models/snapshot_algorithm_list.h"
#ifdef EXTRA_SNAPSHOT_ALGORITHMS
#include EXTRA_SNAPSHOT_ALGORITHMS
#endif
#undef X
    NULL,
};
