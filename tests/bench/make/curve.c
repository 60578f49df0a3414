/* SPDX-License-Identifier: MIT */
#include "curve.h"

#include "chance.h"

double curve_round(double x)
{
    return round(x * 1e7) / 1e7;
}

static xy bend(xy a, xy b, double t, double sideways)
{
    double dx = b.x - a.x, dy = b.y - a.y;
    return (xy){a.x + dx * t - dy * sideways, a.y + dy * t + dx * sideways};
}

void curve_make(xy a, xy b, uint64_t key, int level, uint64_t seed, xy *out)
{
    size_t n = (size_t)1 << level;
    double angle = 0.21;
    out[0] = a;
    out[n] = b;
    for (size_t step = n; step > 1; step /= 2, angle *= 0.76) {
        for (size_t i = 0; i < n; i += step) {
            size_t middle = i + step / 2;
            double u = 2 * chance(seed, USE_BEND, key, middle) - 1;
            double t = 0.5 + 0.12 * (chance(seed, USE_SPLIT, key, middle) - 0.5);
            out[middle] = bend(out[i], out[i + step], t, 0.5 * tan(angle) * u);
        }
    }
    for (size_t i = 0; i <= n; i++)
        out[i] = (xy){curve_round(out[i].x), curve_round(out[i].y)};
}

void curve_blob(xy centre, double radius, uint64_t key, size_t n, double rough, uint64_t seed,
                xy *out)
{
    for (size_t i = 0; i < n; i++) {
        double angle = TAU * (double)i / (double)n, r = 1;
        for (uint64_t k = 2; k < 9; k++) {
            double size = 2 * rough / (double)k * (chance(seed, USE_BLOB, key, k) - 0.5);
            r += size * cos((double)k * angle + TAU * chance(seed, USE_BLOB_PHASE, key, k));
        }
        r = radius * (r > 0.3 ? r : 0.3);
        out[i] =
            (xy){curve_round(centre.x + r * cos(angle)), curve_round(centre.y + r * sin(angle))};
    }
    out[n] = out[0];
}
