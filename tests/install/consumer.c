/* A program of somebody else, in the common subset of C11 and C++: two areas, three households, one
 * service. SPDX-License-Identifier: MIT */
#include <cov/cov.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WKB_SIZE (1 + 4 + 4 + 4 + 5 * 16)

static unsigned char *put_u32(unsigned char *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        *at++ = (unsigned char)(value >> (24 - 8 * i) & 0xFF);
    return at;
}

static unsigned char *put_f64(unsigned char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    at = put_u32(at, (uint32_t)(bits >> 32));
    return put_u32(at, (uint32_t)bits);
}

/* A box as a polygon in big-endian WKB. */
static void write_box(unsigned char wkb[WKB_SIZE], double west, double south, double east,
                      double north)
{
    const double xs[] = {west, east, east, west, west};
    const double ys[] = {south, south, north, north, south};
    unsigned char *at = wkb;
    *at++ = 0;
    at = put_u32(at, 3);
    at = put_u32(at, 1);
    at = put_u32(at, 5);
    for (int i = 0; i < 5; i++) {
        at = put_f64(at, xs[i]);
        at = put_f64(at, ys[i]);
    }
}

static int failed(const cov_error *err)
{
    fprintf(stderr, "%s: %s\n", cov_status_name(err->code), err->message);
    return 1;
}

static int print_report(const cov_report *report, cov_error *err)
{
    for (size_t i = 0; i < cov_report_rows(report); i++) {
        cov_row row;
        cov_share share;
        if (cov_report_row(report, i, &row, err) != COV_OK ||
            cov_report_share(report, i, 0, &share, err) != COV_OK)
            return failed(err);
        printf("%s %" PRIu64 "/%" PRIu64 " %" PRId64 "\n", row.id != NULL ? row.id : "total",
               share.n, share.of, cov_percent(share.n, share.of, 4));
    }
    return 0;
}

static int count(const cov_areas *areas, const cov_footprint *footprint, cov_error *err)
{
    /* The second household lives on the border: the eastern area's. */
    const double x[] = {0.5, 1, 1.5}, y[] = {0.5, 0.5, 0.5};
    cov_points points = COV_POINTS_INIT;
    cov_service service = {"fiber", NULL};
    cov_tally *tally = NULL;
    cov_report *report = NULL;
    points.n = 3;
    points.x = x;
    points.y = y;
    service.footprint = footprint;
    int status = 1;
    if (cov_tally_create(areas, &service, 1, NULL, &tally, err) != COV_OK ||
        cov_tally_push(tally, &points, err) != COV_OK ||
        cov_report_create(tally, NULL, 0, &report, err) != COV_OK)
        failed(err);
    else
        status = print_report(report, err);
    cov_report_free(report);
    cov_tally_free(tally);
    return status;
}

int main(void)
{
    unsigned char west[WKB_SIZE], east[WKB_SIZE], reach[WKB_SIZE];
    write_box(west, 0, 0, 1, 1);
    write_box(east, 1, 0, 2, 1);
    write_box(reach, 0, 0, 1.25, 1);
    cov_area units[2];
    memset(units, 0, sizeof units);
    units[0].id = "01";
    units[0].wkb = west;
    units[0].wkb_size = sizeof west;
    units[1].id = "02";
    units[1].wkb = east;
    units[1].wkb_size = sizeof east;
    const void *wkb[] = {reach};
    const size_t sizes[] = {sizeof reach};

    cov_areas *areas = NULL;
    cov_footprint *footprint = NULL;
    cov_error err;
    int status = 1;
    if (cov_areas_create(units, 2, NULL, &areas, &err) != COV_OK ||
        cov_footprint_polygons(wkb, sizes, 1, 1, &footprint, &err) != COV_OK)
        failed(&err);
    else
        status = count(areas, footprint, &err);
    cov_footprint_free(footprint);
    cov_areas_free(areas);
    if (strcmp(cov_version(), COV_VERSION) != 0)
        status = 1;
    return status;
}
