/* Areas and footprints against exact arithmetic, on a million points, most of them on borders or
 * next to them. SPDX-License-Identifier: MIT */
#include "handles.h"
#include "meshes.h"
#include "share.h"

enum { POINTS_EACH = 90000 };

typedef struct counts {
    size_t points;
    size_t touching; /* on edges and vertices, or one ulp beside */
    size_t held;
    size_t overlaps;
    size_t wrong;
    uint64_t by_integers;
    uint64_t by_doubles;
} counts;

typedef struct world {
    const char *name;
    size_t kind; /* of the tessellation; KINDS and above: see fill */
    size_t size;
    frame where;
    bool as_footprint;
} world;

enum { HEAP = KINDS, LATTICE, PATCHES };

static const world worlds[] = {
    {"communes in degrees", 2, 400, {5, {102.1, 8.6}, 0}, false},
    {"communes in metres on a lattice", 2, 300, {4e5, {3e5, 1.1e6}, 0x1p-10}, false},
    {"triangles on a lattice", 1, 900, {512, {0, 0}, 0x1p-8}, false},
    {"web", 3, 400, {1, {105.8, 21.02}, 0}, false},
    {"fan on a lattice", 7, 64, {1, {0, 0}, 0x1p-20}, false},
    {"slivers", 4, 500, {1, {0, 0}, 0}, false},
    {"hairline in metres", 5, 300, {1e4, {5e5, 2.3e6}, 0}, false},
    {"cuts", 6, 300, {0.1, {106.5, 10.5}, 0}, false},
    {"rectangles with T-junctions", KIND_BOXES, 500, {64, {0, 0}, 0}, false},
    {"grid as small as doubles", 0, 400, {1e-12, {1, -1}, 0x1p-52}, false},
    {"overlapping areas", HEAP, 60, {1, {105, 20}, 0}, false},
    {"footprint of stars, rings and combs", HEAP, 60, {1, {105, 20}, 0}, true},
    {"footprint of rectangles", LATTICE, 120, {1, {0, 0}, 0}, true},
    {"footprint of patches that touch", PATCHES, 300, {4e5, {3e5, 1.1e6}, 0x1p-10}, true},
};

/* ---------------------------------------------------------------- worlds */

static void heap(sheet *s, rng *r, size_t n, frame where)
{
    for (uint32_t i = 0; i < n; i++) {
        spot c = {where.origin.x + rng_unit(r) * where.scale,
                  where.origin.y + rng_unit(r) * where.scale};
        double size = where.scale * rng_between(r, 0.01, 0.3);
        if (i % 3 == 0)
            shape_star(s, i, r, c, size / 3, size, 3 + rng_below(r, 20));
        else if (i % 3 == 1)
            shape_ring(s, i, c, size / 2, size, 3 + rng_below(r, 30));
        else
            shape_comb(s, i, (double[]){c.x, c.y, c.x + size, c.y + size / 2}, 8);
    }
}

/* Every other cell of a coverage. */
static void keep_some(const sheet *from, rng *r, sheet *s)
{
    uint32_t owner = 0;
    for (size_t i = 0; i < from->n_loops;) {
        size_t end = part_end(from, i);
        bool keep = rng_next(r) % 3 != 0;
        for (; i < end; i++) {
            if (keep)
                sheet_ring(s, owner, 0, from->v + from->loop[i].first, from->loop[i].n - 1);
        }
        owner += keep;
    }
}

static void fill(exact *e, rng *r, const world *w, sheet *s)
{
    sheet cells = {0}, outline = {0};
    size_t kind = w->kind == PATCHES ? 2 : w->kind;
    if (w->kind == HEAP) {
        heap(s, r, w->size, w->where);
    } else if (w->kind == LATTICE) {
        shape_boxes(s, 0, r, 100, w->size);
    } else {
        for (int tries = 0; tries < 200 && cells.n_owners == 0; tries++)
            (void)tessellate(e, r, kind, w->size, w->where, &cells, &outline);
        sheet_free(&outline);
        if (w->kind == PATCHES) {
            keep_some(&cells, r, s);
            sheet_free(&cells);
        } else {
            *s = cells;
        }
    }
}

/* ---------------------------------------------------------------- comparison */

static void complain(counts *c, spot p, long got, long want)
{
    if (c->wrong++ < 5)
        printf("# (%a, %a): %ld, not %ld\n", p.x, p.y, got, want);
}

/* The library's answers: the owner and whether there is another, or for a footprint 0 or -1. */
static void answers(const world *w, const sheet *s, const spot *p, size_t n, int32_t *out,
                    uint8_t *overlap, rng *r)
{
    cov_points points = points_of(p, n);
    cov_error err;
    if (!w->as_footprint) {
        cov_areas *areas = areas_of_sheet(s, r);
        must(cov_areas_locate(areas, &points, out, overlap, &err), &err, "cov_areas_locate");
        cov_areas_free(areas);
        return;
    }
    uint64_t *served = blank(n, sizeof *served);
    cov_footprint *f = footprint_of_sheet(s, 0, s->n_owners, r);
    must(cov_footprint_mark(f, &points, 63, served, &err), &err, "cov_footprint_mark");
    for (size_t i = 0; i < n; i++)
        out[i] = served[i] == UINT64_C(1) << 63 ? 0 : served[i] == 0 ? -1 : -9;
    cov_footprint_free(f);
    free(served);
}

/* What they must be. */
static int32_t expected(const world *w, spot p, size_t holders, uint32_t first)
{
    if (holders > 0)
        return w->as_footprint ? 0 : (int32_t)first;
    bool nowhere = !isfinite(p.x) || !isfinite(p.y);
    return nowhere && !w->as_footprint ? COV_NO_LOCATION : COV_OUTSIDE;
}

static counts run(const world *w, uint64_t seed, size_t n)
{
    exact e;
    exact_init(&e);
    rng r = {seed};
    sheet s = {0};
    counts c = {.points = n};
    fill(&e, &r, w, &s);
    spot *p = blank(n, sizeof *p);
    int32_t *got = blank(n, sizeof *got);
    uint8_t *overlap = blank(n, 1);
    for (size_t i = 0; i < n; i++) {
        probe q = make_probe(&r, &s, (probe_kind)(i % PROBE_KINDS));
        c.touching += probe_touches(&e, &q);
        p[i] = q.p;
    }
    answers(w, &s, p, n, got, overlap, &r);
    e.by_doubles = e.by_integers = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t first;
        size_t holders = sheet_locate(&e, &s, p[i], &first);
        int32_t want = expected(w, p[i], holders, first);
        bool several = holders > 1 && !w->as_footprint;
        if (got[i] != want)
            complain(&c, p[i], got[i], want);
        if (overlap[i] != several)
            complain(&c, p[i], overlap[i], several);
        c.held += holders > 0;
        c.overlaps += several;
    }
    c.by_integers = e.by_integers;
    c.by_doubles = e.by_doubles;
    free(overlap);
    free(got);
    free(p);
    sheet_free(&s);
    exact_clear(&e);
    return c;
}

/* ---------------------------------------------------------------- report */

static void report(size_t number, const char *name, const counts *c, bool ok)
{
    printf("%s %zu - %s: %zu points, %zu on borders or one ulp beside, %zu held, %zu in overlaps; "
           "%llu sides by integers, %llu by doubles; %zu wrong\n",
           ok ? "ok" : "not ok", number, name, c->points, c->touching, c->held, c->overlaps,
           (unsigned long long)c->by_integers, (unsigned long long)c->by_doubles, c->wrong);
    fflush(stdout);
}

int main(void)
{
    size_t n = sizeof worlds / sizeof worlds[0], each = share_of(POINTS_EACH);
    counts all = {0};
    printf("1..%zu\n", n + 1);
    for (size_t i = 0; i < n; i++) {
        counts c = run(&worlds[i], 1000 + i, each);
        report(i + 1, worlds[i].name, &c, c.wrong == 0 && c.held > 0);
        all.points += c.points;
        all.touching += c.touching;
        all.held += c.held;
        all.overlaps += c.overlaps;
        all.wrong += c.wrong;
        all.by_integers += c.by_integers;
        all.by_doubles += c.by_doubles;
    }
    bool enough = all.points >= share_of(1000000) && all.touching * 4 >= all.points &&
                  all.by_integers >= share_of(250000) && all.overlaps > 0;
    report(n + 1, "all", &all, enough && all.wrong == 0);
    return enough && all.wrong == 0 ? 0 : 1;
}
