/* SPDX-License-Identifier: MIT */
/* HyStart (models/hystart.h) as quic-go has it: of each round of slow start, that is from one
 * packet to the ACK of what was sent after it, the least of the first eight samples counts, and no
 * train of ACKs. What was found while the window was small ends slow start later. */
#include "models/hystart.h"
#include "models/quic_part.h"

/* In slow start, `measured` or not, packets up to this number have been acknowledged. */
void quic_hystart_acked(Quic *quic, const QuicSpace *space, uint64_t number, bool measured)
{
    QuicHystart *hystart = &quic->hystart;
    if (!quic->settings->hystart || quic->window >= quic->threshold) {
        return;
    }
    if (measured && !hystart->has_begun) {
        *hystart = (QuicHystart){
            .round_end = space->next, .is_found = hystart->is_found, .has_begun = true};
    }
    if (measured && hystart->samples < HYSTART_SAMPLES) {
        hystart->least = hystart->samples == 0 ? quic->latest : MIN(hystart->least, quic->latest);
        hystart->samples++;
        hystart->is_found |= hystart->samples == HYSTART_SAMPLES &&
                             hystart->least > hystart_round_trip_max(quic->least);
    }
    if (measured && hystart->is_found &&
        quic->window >= HYSTART_WINDOW_MIN * (uint64_t)quic->datagram_bytes) {
        quic->threshold = quic->window;
    }
    hystart->has_begun &= number < hystart->round_end;
}
