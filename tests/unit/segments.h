/* Distances to segments: oracles in whole numbers of 128 bits and in long double.
 * SPDX-License-Identifier: MIT */
#ifndef COV_TESTS_SEGMENTS_H
#define COV_TESTS_SEGMENTS_H

#include "networks.h"

__extension__ typedef __int128 wide;

static inline int sign_of(wide v)
{
    return (v > 0) - (v < 0);
}

/* Whether the distance from p to a segment, all whole numbers below 2^20, is at most d. */
static inline bool within_whole(piece s, spot p, int64_t d)
{
    wide abx = (wide)(s.b.x - s.a.x), aby = (wide)(s.b.y - s.a.y);
    wide apx = (wide)(p.x - s.a.x), apy = (wide)(p.y - s.a.y);
    wide bpx = (wide)(p.x - s.b.x), bpy = (wide)(p.y - s.b.y), square = (wide)d * d;
    wide length = abx * abx + aby * aby, along = apx * abx + apy * aby;
    if (along <= 0 || along >= length)
        return apx * apx + apy * apy <= square || bpx * bpx + bpy * bpy <= square;
    wide cross = apx * aby - apy * abx;
    return cross * cross <= square * length;
}

static inline long double distance(piece s, spot p)
{
    long double abx = (long double)s.b.x - s.a.x, aby = (long double)s.b.y - s.a.y;
    long double apx = (long double)p.x - s.a.x, apy = (long double)p.y - s.a.y;
    long double length = abx * abx + aby * aby,
                t = length > 0 ? (apx * abx + apy * aby) / length : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypotl(apx - t * abx, apy - t * aby);
}

#endif
