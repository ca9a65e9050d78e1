/* SPDX-License-Identifier: MIT */
#include "cli/memory_table.h"

#include "sim/json_text.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>

static const struct {
    const char *what, *key;
    size_t offset;
} EACH[] =
    {
        {"idle peer, module's state included", "peer_bytes", offsetof(NetworkMemory, peer_bytes)},
        {"contact: another peer that one knows", "contact_bytes",
         offsetof(NetworkMemory, contact_bytes)},
        {"half of a connection", "connection_half_bytes",
         offsetof(NetworkMemory, connection_half_bytes)},
        {"half of a stream, module's state included", "stream_half_bytes",
         offsetof(NetworkMemory, stream_half_bytes)},
        {"pending event", "event_bytes", offsetof(NetworkMemory, event_bytes)},
        {"timer", "timer_bytes", offsetof(NetworkMemory, timer_bytes)},
},
  TOTAL[] = {
      {"peers", "peers_bytes", offsetof(NetworkMemory, peers_bytes)},
      {"contacts, connections, streams, held", "held_bytes", offsetof(NetworkMemory, held_bytes)},
      {"the pools that these are cut from", "pool_bytes", offsetof(NetworkMemory, pool_bytes)},
      {"event queues", "queue_bytes", offsetof(NetworkMemory, queue_bytes)},
      {"timers", "timers_bytes", offsetof(NetworkMemory, timers_bytes)},
      {"messages under way", "bodies_bytes", offsetof(NetworkMemory, bodies_bytes)},
};

static size_t field(const NetworkMemory *memory, size_t offset)
{
    return *(const size_t *)(const void *)((const char *)memory + offset);
}

/* The most that the process has held at once, from its start. */
static size_t resident_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss * 1024 : 0;
}

void memory_table_print(const NetworkMemory *memory)
{
    printf("\n%-42s %14s\n", "memory of each", "bytes");
    for (size_t i = 0; i < G_N_ELEMENTS(EACH); i++) {
        printf("%-42s %14zu\n", EACH[i].what, field(memory, EACH[i].offset));
    }
    printf("\n%-42s %14s\n", "memory of all at the end", "bytes");
    for (size_t i = 0; i < G_N_ELEMENTS(TOTAL); i++) {
        printf("%-42s %14zu\n", TOTAL[i].what, field(memory, TOTAL[i].offset));
    }
    printf("%-42s %14zu\n", "the process, at most", resident_bytes());
}

void memory_table_append_json(GString *json, const NetworkMemory *memory)
{
    g_string_append_printf(json, "{\"process_bytes\": %zu", resident_bytes());
    for (size_t i = 0; i < G_N_ELEMENTS(EACH); i++) {
        g_string_append_printf(json, ", \"%s\": %zu", EACH[i].key, field(memory, EACH[i].offset));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(TOTAL); i++) {
        g_string_append_printf(json, ", \"%s\": %zu", TOTAL[i].key, field(memory, TOTAL[i].offset));
    }
    g_string_append_c(json, '}');
}
