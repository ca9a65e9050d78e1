/* SPDX-License-Identifier: MIT */
/* Places as points in space, and the time that light takes between them. On the globe a place is a
 * unit vector, so the mean of places and the distance near the poles need no special cases. All
 * arithmetic is sim/exact_math's, since the times decide. */
#ifndef MODELS_GEOGRAPHY_H
#define MODELS_GEOGRAPHY_H

#include "sim/sim_time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Place {
    double x, y, z;
} Place;

/* Light in fibre covers about 200 km in a millisecond. */
#define GEOGRAPHY_NS_PER_KM 5000.0
#define GEOGRAPHY_EARTH_RADIUS_KM 6371.0

/* Cables do not follow the great circle: they are this much longer, unless told. */
#define GEOGRAPHY_DETOUR 1.3

Place geography_place(double latitude_degrees, double longitude_degrees);

/* Along the great circle between two unit vectors. */
double geography_distance_km(Place a, Place b);

/* One way through fibre, rounded to ns; may be 0. */
SimDuration geography_delay(Place a, Place b, double detour);

double geography_square(Place a, Place b); /* of the straight distance */

/* The smallest square of the straight distance between any two of the places; infinite for fewer
 * than two. */
double geography_closest_square(const Place *places, size_t count);

#endif
