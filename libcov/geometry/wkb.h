/* Reading WKB: ISO or extended, either byte order, from bytes that may come from anybody.
 * SPDX-License-Identifier: MIT
 *
 * Nothing is read beyond the end; what is damaged is COV_ERR_GEOMETRY, with a message that fits
 * behind "area X: ". */
#ifndef COV_GEOMETRY_WKB_H
#define COV_GEOMETRY_WKB_H

#include <stdbool.h>
#include <string.h>

#include "base/status.h"
#include "geometry/predicate.h"

enum {
    COV_WKB_POINT = 1,
    COV_WKB_LINESTRING = 2,
    COV_WKB_POLYGON = 3,
    COV_WKB_MULTIPOINT = 4,
    COV_WKB_MULTILINESTRING = 5,
    COV_WKB_MULTIPOLYGON = 6,
    COV_WKB_COLLECTION = 7
};

typedef struct cov_wkb {
    const unsigned char *at;
    const unsigned char *end;
    bool swap; /* big-endian geometry */
} cov_wkb;

static inline cov_wkb cov_wkb_open(const void *wkb, size_t size)
{
    return (cov_wkb){wkb, (const unsigned char *)wkb + size, false};
}

/* A number, in the byte order of the last head. */
cov_status cov_wkb_u32(cov_wkb *r, uint32_t *out, cov_error *err);

/* Byte order, type and dimension of a geometry: ISO (1003, 2003, 3003) and extended (high bits). */
cov_status cov_wkb_head(cov_wkb *r, uint32_t *type, size_t *doubles, cov_error *err);

/* Whether n items of `size` bytes are still there. */
cov_status cov_wkb_expect(const cov_wkb *r, size_t n, size_t size, cov_error *err);

static inline double cov_wkb_f64(const cov_wkb *r, const unsigned char *p)
{
    uint64_t bits;
    memcpy(&bits, p, sizeof bits);
    if (r->swap == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__))
        bits = __builtin_bswap64(bits);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The vertex at r->at, which stays. Adding 0 makes -0 a 0: one place, one pair of bits. */
static inline cov_xy cov_wkb_xy(const cov_wkb *r)
{
    return (cov_xy){cov_wkb_f64(r, r->at) + 0.0, cov_wkb_f64(r, r->at + 8) + 0.0};
}

#endif
