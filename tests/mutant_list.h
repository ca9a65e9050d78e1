/* SPDX-License-Identifier: MIT */
/* Faulty snapshot algorithms, which only tests know: tests/snapshot_mutants.c. */
X(late_marker, "late-marker")
X(early_stop, "early-stop")
X(late_stop, "late-stop")
X(second_marker_ignored, "second-marker-ignored")
X(late_state, "late-state")
X(early_end, "early-end")
X(colour_ignored, "colour-ignored")
X(channel_forgotten, "channel-forgotten")
