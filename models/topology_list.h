/* SPDX-License-Identifier: MIT */
/* The kinds of topology: X(identifier, name) expects TOPOLOGY_identifier of type TopologyKind. */
X(FULL_MESH, "full-mesh")
X(RING, "ring")
X(LINE, "line")
X(STAR, "star")
X(GRID, "grid")
X(TREE, "tree")
