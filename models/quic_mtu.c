/* SPDX-License-Identifier: MIT */
/* The search for the largest datagram that the path carries (RFC 9000, section 14.3; RFC 8899), as
 * quic-go does it: once the handshake is confirmed, a PING padded to the middle between what is
 * known to pass and what is taken not to, one at a time and five round trips apart at least, until
 * both are near. A size is taken not to pass when three probes of at most that size were lost, for
 * one may have been lost by chance; after a loss the next is smaller. Probes ride on whatever else
 * happens: no timer waits for the next. A probe that is lost is no sign of congestion. */
#include "models/quic_part.h"

#include <string.h>

enum { ROUND_TRIPS_APART = 5, NEAR_BYTES = 21 };

/* The first `refused` that has no size behind it, or the last. */
static uint32_t upper(const QuicSearch *search)
{
    unsigned last = 0;
    while (last + 1 < QUIC_SEARCH_LOSSES && search->refused[last + 1] != 0) {
        last++;
    }
    return search->refused[last];
}

void quic_search_begin(Quic *quic, SimTime now)
{
    if (quic->settings->path_mtu_discovery) {
        quic->search = (QuicSearch){.probed_at = now, .is_on = true};
        quic->search.refused[0] =
            (uint16_t)MAX(quic->settings->datagram_max_bytes, quic->settings->datagram_bytes);
    }
}

bool quic_search_is_due(const Quic *quic, SimTime now)
{
    const QuicSearch *search = &quic->search;
    return search->is_on && search->probe_bytes == 0 && quic->state == QUIC_OPEN &&
           upper(search) > (uint32_t)quic->datagram_bytes + NEAR_BYTES &&
           now >= search->probed_at + ROUND_TRIPS_APART * quic->smoothed;
}

uint32_t quic_search_probe(Quic *quic, SimTime now)
{
    QuicSearch *search = &quic->search;
    const uint32_t most = search->was_lost ? search->refused[0] : upper(search);
    search->probed_at = now;
    search->probe_bytes = (uint16_t)((quic->datagram_bytes + most) / 2);
    return search->probe_bytes;
}

void quic_search_acked(Quic *quic)
{
    QuicSearch *search = &quic->search;
    const bool is_least = quic->window <= QUIC_WINDOW_LEAST * (uint64_t)quic->datagram_bytes;
    quic->datagram_bytes = search->probe_bytes;
    if (is_least) {
        quic->window = QUIC_WINDOW_LEAST * (uint64_t)quic->datagram_bytes;
    }
    unsigned smaller = 0;
    while (smaller + 1 < QUIC_SEARCH_LOSSES && search->refused[smaller + 1] != 0 &&
           search->refused[smaller] <= quic->datagram_bytes) {
        smaller++;
    }
    for (unsigned i = 0; i < QUIC_SEARCH_LOSSES; i++) {
        search->refused[i] =
            i + smaller < QUIC_SEARCH_LOSSES ? search->refused[i + smaller] : (uint16_t)0;
    }
    search->probe_bytes = 0;
    search->was_lost = false;
}

void quic_search_lost(Quic *quic)
{
    QuicSearch *search = &quic->search;
    unsigned place = 0;
    while (place < QUIC_SEARCH_LOSSES && search->refused[place] != 0 &&
           search->refused[place] <= search->probe_bytes) {
        place++;
    }
    if (place < QUIC_SEARCH_LOSSES) {
        memmove(&search->refused[place + 1], &search->refused[place],
                (QUIC_SEARCH_LOSSES - 1 - place) * sizeof *search->refused);
        search->refused[place] = search->probe_bytes;
    }
    search->probe_bytes = 0;
    search->was_lost = true;
}
