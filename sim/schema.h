/* SPDX-License-Identifier: MIT */
/* The database schema, described in docs/database.md. */
#ifndef SIM_SCHEMA_H
#define SIM_SCHEMA_H

#define SCHEMA_VERSION 1
#define SCHEMA_APPLICATION_ID                                                                      \
    0x736b6569 /* "skei": PRAGMA application_id, how a database of ours is known */

extern const char SCHEMA_TABLES[];  /* before the rows */
extern const char SCHEMA_INDICES[]; /* after them; may be run again */
extern const char SCHEMA_VIEWS[];   /* likewise */

#endif
