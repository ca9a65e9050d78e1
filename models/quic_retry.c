/* SPDX-License-Identifier: MIT */
/* What a host says to datagrams of no connection that it has, and what a dialer makes of that: the
 * address of a dialer is made sure of with a Retry (RFC 9000, section 8.1.2), a version that no
 * listener has is answered with those there are (section 6), and what belongs to nothing with a
 * stateless reset (section 10.3). None of them leaves state at the listener. */
#include "models/quic_part.h"

enum {
    /* A reset looks like a short packet, and is smaller than what it answers. */
    RESET_BYTES = 43,
    RESET_BYTES_LEAST = 21,
    FIRST_BYTES_LEAST = 1200, /* a smaller datagram begins nothing */
};

/* quic-go's: less is not believed of a Retry. */
static const SimDuration ROUND_TRIP_LEAST = 5 * SIM_MILLISECOND;

/* The packet that has a ClientHello, when there is one. */
static const QuicPacket *find_hello(const QuicDatagram *datagram)
{
    const QuicPacket *packet = quic_next_packet_in(datagram, NULL);
    if (packet == NULL || packet->space != QUIC_INITIAL ||
        datagram->wire_bytes < FIRST_BYTES_LEAST) {
        return NULL;
    }
    for (const QuicFrame *frame = NULL; (frame = quic_next_frame_in(packet, frame)) != NULL;) {
        if (frame->kind == QUIC_FRAME_CRYPTO) {
            return packet;
        }
    }
    return NULL;
}

bool quic_is_first(const QuicSettings *settings, const QuicDatagram *datagram)
{
    const QuicPacket *hello = find_hello(datagram);
    return hello != NULL && (datagram->flags & QUIC_OTHER_VERSION) == 0 &&
           (!settings->retry || hello->token_bytes > 0);
}

bool quic_answer_unknown(const QuicSettings *settings, const QuicDatagram *datagram,
                         bool is_from_dialer, QuicDatagram *ret_answer)
{
    const QuicPacket *packet = quic_next_packet_in(datagram, NULL);
    QuicDatagram answer = {.size_bytes = (uint32_t)sizeof answer};
    if (is_from_dialer && find_hello(datagram) != NULL) {
        if ((datagram->flags & QUIC_OTHER_VERSION) != 0) {
            answer.flags = QUIC_VERSION_NEGOTIATION;
            answer.wire_bytes = quic_version_negotiation_bytes();
        } else if (settings->retry && packet->token_bytes == 0) {
            answer.flags = QUIC_RETRY;
            answer.wire_bytes = quic_retry_bytes((uint32_t)settings->token_bytes);
        }
    } else if (packet != NULL && packet->space == QUIC_APPLICATION &&
               datagram->wire_bytes > RESET_BYTES_LEAST) {
        answer.flags = QUIC_STATELESS_RESET;
        answer.wire_bytes = MIN(RESET_BYTES, datagram->wire_bytes - 1);
    }
    if (answer.flags != 0) {
        *ret_answer = answer;
    }
    return answer.flags != 0;
}

/* The dialer begins again with the same keys of its own; its numbers go on (section 17.2.5.3). A
 * second Retry, and either after anything else was heard, says nothing (17.2.5.2, 6.2). */
void quic_begin_again(Quic *quic, SimTime now, const QuicDatagram *datagram)
{
    QuicSpace *initial = quic->spaces[QUIC_INITIAL];
    const bool is_retry = (datagram->flags & QUIC_RETRY) != 0;
    if (!quic->is_client || quic->state != QUIC_SHAKING || initial == NULL ||
        initial->received.count > 0 || initial->largest_acked > 0 ||
        (is_retry ? quic->token_bytes > 0 : !quic->offers_other_version)) {
        return;
    }
    quic->heard = now;
    quic->spoke = -1;
    if (is_retry) {
        if (quic->timeouts == 0 && initial->first < initial->next) {
            const SimDuration sample = now - quic_sent_at(initial, initial->first)->sent;
            quic_measure(quic, now, MAX(sample, ROUND_TRIP_LEAST), 0);
        }
        quic->token_bytes = (uint16_t)quic->settings->token_bytes;
    } else {
        quic->offers_other_version = false;
    }
    quic_take_back(quic, initial);
    quic_take_back(quic, quic->spaces[QUIC_APPLICATION]);
    quic->timeouts = 0;
    quic->restarts++;
}
