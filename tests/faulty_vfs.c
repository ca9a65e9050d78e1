/* SPDX-License-Identifier: MIT */
#include "tests/faulty_vfs.h"

#include <glib.h>
#include <sqlite3.h>
#include <string.h>

typedef struct FaultyFile {
    sqlite3_file base;
    sqlite3_file *real; /* in the memory that follows */
} FaultyFile;

/* SQLite finds a file system by its name, so there can only be one. */
static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    bool is_broken, has_failed;
    FaultyKind kind;
    unsigned left; /* operations until the first that fails */
} disk;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((FaultyFile *)file)->real;
}

static bool fails(bool is_sync)
{
    if (!disk.is_broken || (disk.kind == FAULTY_SYNC) != is_sync) {
        return false;
    }
    disk.left -= disk.left > 0 ? 1 : 0;
    disk.has_failed = disk.has_failed || disk.left == 0;
    return disk.left == 0;
}

static int faulty_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int faulty_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, size, offset);
}

static int faulty_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    sqlite3_file *real = real_of(file);
    if (!fails(false)) {
        return real->pMethods->xWrite(real, bytes, size, offset);
    }
    if (disk.kind == FAULTY_SHORT) {
        real->pMethods->xWrite(real, bytes, size / 2, offset);
    }
    return disk.kind == FAULTY_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
    return fails(true) ? SQLITE_IOERR_FSYNC : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int faulty_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int faulty_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int faulty_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int faulty_check_lock(sqlite3_file *file, int *ret_locked)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_locked);
}

static int faulty_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int faulty_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int faulty_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int faulty_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret_page)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret_page);
}

static int faulty_map_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void faulty_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int faulty_unmap(sqlite3_file *file, int delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

/* Version 2: with shared memory for the write-ahead log, without mapped files, whose pages would be
 * written past us. */
static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = faulty_close,
    .xRead = faulty_read,
    .xWrite = faulty_write,
    .xTruncate = faulty_truncate,
    .xSync = faulty_sync,
    .xFileSize = faulty_size,
    .xLock = faulty_lock,
    .xUnlock = faulty_unlock,
    .xCheckReservedLock = faulty_check_lock,
    .xFileControl = faulty_control,
    .xSectorSize = faulty_sector_size,
    .xDeviceCharacteristics = faulty_characteristics,
    .xShmMap = faulty_map,
    .xShmLock = faulty_map_lock,
    .xShmBarrier = faulty_barrier,
    .xShmUnmap = faulty_unmap,
};

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                       int *ret_flags)
{
    (void)vfs;
    FaultyFile *file = (FaultyFile *)base;
    file->real = (sqlite3_file *)(void *)((char *)base + sizeof *file);
    memset(file->real, 0, (size_t)disk.real->szOsFile);
    const int code = disk.real->xOpen(disk.real, name, file->real, flags, ret_flags);
    file->base.pMethods = file->real->pMethods == NULL ? NULL : &METHODS;
    return code;
}

void faulty_vfs_install(void)
{
    disk.real = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real; /* all but files is the real one's; it uses its own pAppData */
    disk.vfs.pNext = NULL;
    disk.vfs.zName = "faulty";
    disk.vfs.szOsFile = (int)sizeof(FaultyFile) + disk.real->szOsFile;
    disk.vfs.xOpen = faulty_open;
    disk.is_broken = false;
    g_assert(sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK);
}

void faulty_vfs_remove(void)
{
    g_assert(sqlite3_vfs_unregister(&disk.vfs) == SQLITE_OK);
    g_assert(sqlite3_vfs_register(disk.real, 1) == SQLITE_OK);
}

void faulty_vfs_break(FaultyKind kind, unsigned operation)
{
    disk.kind = kind;
    disk.left = operation;
    disk.has_failed = false;
    disk.is_broken = true;
}

bool faulty_vfs_repair(void)
{
    disk.is_broken = false;
    return disk.has_failed;
}
