/* SPDX-License-Identifier: MIT */
/* The hosts of a log with vector clocks and their clocks: one for each peer that has an event.
 *
 * For up to CLOCK_HOSTS_WITH_VECTORS hosts a clock is the whole vector (Mattern, "Virtual Time and
 * Global States of Distributed Systems", 1989). Beyond that a clock has the host's own entry and,
 * at a receipt, that of the sender: direct dependencies (Fowler and Zwaenepoel, "Causal Distributed
 * Breakpoints", 1990), from which the vectors follow, in constant room for each event. A reader
 * that draws an arrow for each new entry draws the same arrows.
 *
 * Memory is that of the peers, and of the clocks of messages on their way at one instant. */
#ifndef ANALYSIS_CLOCK_HOSTS_H
#define ANALYSIS_CLOCK_HOSTS_H

#include "analysis/export.h"

#define CLOCK_HOSTS_WITH_VECTORS 64

typedef struct ClockHosts ClockHosts;

/* The peers that the SQL gives in its first column, in ascending order, and their names. */
ClockHosts *clock_hosts_new(const ExportSource *source, const char *sql, GError **error);
void clock_hosts_free(ClockHosts *hosts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClockHosts, clock_hosts_free)

/* False for a peer that the SQL did not give. */
bool clock_hosts_find(const ClockHosts *hosts, int64_t peer_id, guint *ret_host);

/* "3:Tokyo", or "3": distinct, and without white space. */
const char *clock_hosts_name(const ClockHosts *hosts, guint host);

/* An event at the host: its own entry goes up by one. */
void clock_hosts_local(ClockHosts *hosts, guint host);
/* A message leaves, which a receipt will name if `is_received`. */
void clock_hosts_send(ClockHosts *hosts, guint host, int64_t message_id, bool is_received);
/* It arrives. False when it has not left before: the event is then one of the host alone. */
bool clock_hosts_receive(ClockHosts *hosts, guint host, int64_t message_id);

/* The host's clock after its last event as a JSON object; entries of 0 are left out. */
void clock_hosts_write(const ClockHosts *hosts, guint host, Output *output);

#endif
