/* SPDX-License-Identifier: MIT */
/* A disk that fails: a layer over SQLite's own file access that counts what changes a file and lets
 * one such operation fail, and all after it, until it is repaired. */
#ifndef TESTS_FAULTY_VFS_H
#define TESTS_FAULTY_VFS_H

#include <stdbool.h>

typedef enum FaultyKind {
    FAULTY_FULL,  /* a write fails with ENOSPC: nothing is written */
    FAULTY_ERROR, /* a write fails with EIO: nothing is written */
    FAULTY_SHORT, /* a write stops half-way and then fails */
    FAULTY_SYNC,  /* a sync fails with EIO */
} FaultyKind;

/* From now on, files are opened through it. */
void faulty_vfs_install(void);
void faulty_vfs_remove(void);

/* The operation that fails, counted from 1 among those of the kind, and those that follow. */
void faulty_vfs_break(FaultyKind kind, unsigned operation);
/* Returns whether an operation has failed. */
bool faulty_vfs_repair(void);

#endif
