/* SPDX-License-Identifier: MIT */
/* QUIC's congestion window and pacer. Reno is RFC 9002's NewReno (section 7); CUBIC is RFC 9438's,
 * in bytes. The pacer is quic-go's: five quarters of a window each round trip, in bursts of up to
 * ten packets or two milliseconds' worth. Only + - * / and an exact cube root decide. */
#include "models/quic_part.h"
#include "sim/exact_math.h"

static const double CUBIC_SCALE = 0.4; /* C, segments per s^3 */
enum { BURST_PACKETS = 10 };

static uint64_t packet_bytes(const Quic *quic)
{
    return quic->datagram_bytes;
}

void quic_control_begin(Quic *quic)
{
    quic->window = (uint64_t)quic->settings->initial_window * packet_bytes(quic);
    quic->threshold = UINT64_MAX;
    quic->recovery_start = -1;
    quic->budget = (int64_t)(BURST_PACKETS * packet_bytes(quic));
    quic->pace_at = SIM_TIME_MAX;
}

/* RFC 9438, sections 4.2 and 4.3: the window's growth for so many bytes. */
static double cubic_growth(Quic *quic, SimTime now, uint32_t bytes)
{
    QuicCubic *cubic = &quic->cubic;
    const double mss = (double)packet_bytes(quic), window = (double)quic->window;
    if (cubic->epoch == 0) {
        cubic->epoch = MAX(now, 1);
        cubic->origin = MAX(cubic->last_max, window);
        cubic->k_seconds = exact_cbrt((cubic->origin - window) / mss / CUBIC_SCALE);
        cubic->reno_window = window;
    }
    const double beta = quic->settings->loss_window;
    const double alpha = cubic->reno_window >= cubic->origin ? 1.0 : 3 * (1 - beta) / (1 + beta);
    cubic->reno_window += alpha * mss * bytes / window;
    const double offset = (double)(now - cubic->epoch + quic->smoothed) * 1e-9 - cubic->k_seconds;
    double target = cubic->origin + mss * CUBIC_SCALE * offset * offset * offset;
    target = CLAMP(target, window, 1.5 * window);
    if (target < cubic->reno_window) {
        return cubic->reno_window - window;
    }
    return (target - window) * bytes / window;
}

void quic_control_acked(Quic *quic, SimTime now, uint32_t bytes, SimTime sent, bool was_used)
{
    const uint64_t most = (uint64_t)quic->settings->window_max * packet_bytes(quic);
    if (sent <= quic->recovery_start || !was_used || quic->window >= most) {
        return;
    }
    if (quic->window < quic->threshold) {
        quic->window += bytes;
    } else if (quic->settings->congestion == QUIC_CUBIC) {
        quic->window += (uint64_t)cubic_growth(quic, now, bytes);
    } else {
        quic->grown += bytes;
        if (quic->grown >= quic->window) {
            quic->grown -= quic->window;
            quic->window += packet_bytes(quic);
        }
    }
    quic->window = MIN(quic->window, most);
}

void quic_control_lost(Quic *quic, SimTime now, SimTime sent)
{
    if (sent <= quic->recovery_start) {
        return; /* one reduction for a round trip's losses */
    }
    const double beta = quic->settings->loss_window, window = (double)quic->window;
    QuicCubic *cubic = &quic->cubic;
    quic->recovery_start = now;
    cubic->last_max = window < cubic->last_max ? window * (1 + beta) / 2 : window;
    cubic->epoch = 0;
    quic->window = MAX((uint64_t)(window * beta), QUIC_WINDOW_LEAST * packet_bytes(quic));
    quic->threshold = quic->window;
    quic->grown = 0;
}

void quic_control_collapse(Quic *quic)
{
    quic->window = QUIC_WINDOW_LEAST * packet_bytes(quic);
    quic->recovery_start = -1;
    quic->cubic.epoch = 0;
    quic->grown = 0;
}

/* Pacing, RFC 9002, section 7.7. */

static double rate_bytes_per_ns(const Quic *quic)
{
    return 1.25 * (double)quic->window / (double)MAX(quic->smoothed, 1);
}

static void refill(Quic *quic, SimTime now)
{
    const double rate = rate_bytes_per_ns(quic);
    const double most =
        MAX((double)(BURST_PACKETS * packet_bytes(quic)), rate * 2 * (double)SIM_MILLISECOND);
    const double budget = (double)quic->budget + rate * (double)(now - quic->budget_at);
    quic->budget = (int64_t)MIN(budget, most);
    quic->budget_at = now;
}

SimTime quic_pace(Quic *quic, SimTime now)
{
    if (!quic->settings->pacing) {
        return now;
    }
    refill(quic, now);
    const int64_t wanted = (int64_t)packet_bytes(quic);
    if (quic->budget >= wanted) {
        return now;
    }
    const double wait = (double)(wanted - quic->budget) / rate_bytes_per_ns(quic);
    return now + MAX((SimDuration)wait + 1, QUIC_GRANULARITY);
}

void quic_pace_sent(Quic *quic, SimTime now, uint32_t bytes)
{
    if (quic->settings->pacing) {
        refill(quic, now);
        quic->budget -= bytes;
    }
}
