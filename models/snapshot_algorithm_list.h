/* SPDX-License-Identifier: MIT */
/* The snapshot algorithms: X(identifier, name) for `extern const SnapshotAlgorithm
 * SNAPSHOT_identifier`. The first is the default. */
X(chandy_lamport, "chandy-lamport")
X(lai_yang, "lai-yang")
X(original, "original")
