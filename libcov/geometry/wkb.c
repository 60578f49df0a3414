/* SPDX-License-Identifier: MIT */
#include "geometry/wkb.h"

static cov_status fail_short(cov_error *err)
{
    return cov_fail(err, COV_ERR_GEOMETRY, "its WKB ends in the middle");
}

cov_status cov_wkb_u32(cov_wkb *r, uint32_t *out, cov_error *err)
{
    if (r->end - r->at < 4)
        return fail_short(err);
    const unsigned char *p = r->at;
    r->at += 4;
    *out = r->swap ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
                   : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    return COV_OK;
}

cov_status cov_wkb_head(cov_wkb *r, uint32_t *type, size_t *doubles, cov_error *err)
{
    if (r->end - r->at < 1)
        return fail_short(err);
    unsigned order = *r->at++;
    if (order > 1)
        return cov_fail(err, COV_ERR_GEOMETRY, "its WKB has an unknown byte order (%u)", order);
    r->swap = order == 0;
    uint32_t code = 0, srid = 0;
    cov_status s = cov_wkb_u32(r, &code, err);
    if (s != COV_OK)
        return s;
    bool z = (code & 0x80000000u) != 0, m = (code & 0x40000000u) != 0;
    if ((code & 0x20000000u) != 0) {
        s = cov_wkb_u32(r, &srid, err);
        if (s != COV_OK)
            return s;
    }
    code &= 0x1FFFFFFFu;
    uint32_t iso = code / 1000;
    *type = iso <= 3 ? code % 1000 : code;
    *doubles = (size_t)2 + (z || iso == 1 || iso == 3) + (m || iso == 2 || iso == 3);
    return COV_OK;
}

cov_status cov_wkb_expect(const cov_wkb *r, size_t n, size_t size, cov_error *err)
{
    return (size_t)(r->end - r->at) / size < n ? fail_short(err) : COV_OK;
}
