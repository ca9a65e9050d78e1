/* SPDX-License-Identifier: MIT */
/* The bytes of a run as a table (skein run --memory) and as a JSON object. */
#ifndef CLI_MEMORY_TABLE_H
#define CLI_MEMORY_TABLE_H

#include "models/network_memory.h"

void memory_table_print(const NetworkMemory *memory);
/* `{"peer_bytes": 160, ...}` */
void memory_table_append_json(GString *json, const NetworkMemory *memory);

#endif
