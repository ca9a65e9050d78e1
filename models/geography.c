/* SPDX-License-Identifier: MIT */
/* Great circles by atan2 of cross and dot product, which is precise at all distances. */
#include "models/geography.h"

#include "sim/exact_math.h"

#include <glib.h>
#include <stdlib.h>

Place geography_place(double latitude_degrees, double longitude_degrees)
{
    const double latitude = latitude_degrees * (EXACT_PI / 180);
    const double longitude = longitude_degrees * (EXACT_PI / 180);
    const double radius = exact_cos(latitude);
    return (Place){radius * exact_cos(longitude), radius * exact_sin(longitude),
                   exact_sin(latitude)};
}

double geography_distance_km(Place a, Place b)
{
    const double x = a.y * b.z - a.z * b.y;
    const double y = a.z * b.x - a.x * b.z;
    const double z = a.x * b.y - a.y * b.x;
    const double cross = exact_sqrt(x * x + y * y + z * z);
    const double dot = a.x * b.x + a.y * b.y + a.z * b.z;
    return GEOGRAPHY_EARTH_RADIUS_KM * exact_atan2(cross, dot);
}

SimDuration geography_delay(Place a, Place b, double detour)
{
    return exact_integer(geography_distance_km(a, b) * GEOGRAPHY_NS_PER_KM * detour);
}

double geography_square(Place a, Place b)
{
    const double x = a.x - b.x;
    const double y = a.y - b.y;
    const double z = a.z - b.z;
    return x * x + y * y + z * z;
}

/* By x, then y, then z: items that compare equal are the same point. */
static int compare_places(const void *left, const void *right)
{
    const Place *a = left, *b = right;
    if (a->x != b->x) {
        return a->x < b->x ? -1 : 1;
    }
    if (a->y != b->y) {
        return a->y < b->y ? -1 : 1;
    }
    return a->z < b->z ? -1 : a->z > b->z;
}

double geography_closest_square(const Place *places, size_t count)
{
    double least = __builtin_inf();
    if (count < 2) {
        return least;
    }
    Place *sorted = g_memdup2(places, count * sizeof places[0]);
    qsort(sorted, count, sizeof sorted[0], compare_places);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            const double x = sorted[j].x - sorted[i].x;
            if (x * x >= least) {
                break;
            }
            const double square = geography_square(sorted[i], sorted[j]);
            least = square < least ? square : least;
        }
        if (least <= 0) {
            break;
        }
    }
    g_free(sorted);
    return least;
}
