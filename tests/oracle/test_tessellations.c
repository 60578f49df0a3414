/* One point, one area: random tessellations in which every place must have exactly one owner.
 * SPDX-License-Identifier: MIT
 *
 * Counted twice: by cov_areas_locate, for two random orders of input, and by a footprint for each
 * cell of its own, of which exactly one must reach the place, the owner's. */
#include "handles.h"
#include "meshes.h"
#include "share.h"

enum { TESSELLATIONS = 1350, PROBES = 400 };

typedef struct counts {
    size_t tessellations;
    size_t cells;
    size_t parts;
    size_t holes;
    size_t points;
    size_t touching; /* on edges and vertices, or one ulp beside */
    size_t inside;
    size_t wrong;
} counts;

/* ---------------------------------------------------------------- where */

static frame random_frame(rng *r)
{
    static const frame frames[] = {
        {1, {0, 0}, 0},         {0.01, {105.3, 20.7}, 0}, {5, {102, 8.5}, 0},
        {1e3, {5e5, 2.3e6}, 0}, {1e5, {5e5, 1.1e6}, 0},   {1e-12, {0, 0}, 0},
        {1e12, {0, 0}, 0},      {1e-12, {1, -1}, 0},      {1, {1e12, -1e12}, 0},
        {16, {1e15, 1e15}, 0},  {1e-300, {0, 0}, 0},      {1e-317, {0, 0}, 0},
        {1e149, {0, 0}, 0},     {1e-9, {105.3, 20.7}, 0}, {4, {-2, -2}, 0},
        {1e100, {-1e99, 0}, 0}};
    frame f = frames[rng_below(r, sizeof frames / sizeof frames[0])];
    f.scale *= rng_between(r, 1, 2);
    /* On a lattice of powers of two many places on slanting edges are doubles. */
    if (rng_next(r) & 1)
        f.snap = ldexp(1, ilogb(f.scale) - 12);
    return f;
}

/* ---------------------------------------------------------------- check */

typedef struct batch {
    probe q[PROBES];
    spot p[PROBES];
    int32_t owner[PROBES];
    int32_t again[PROBES];
    uint64_t served[PROBES];
    int32_t reached[PROBES]; /* how many footprints */
    int32_t by[PROBES];      /* the last of them */
} batch;

/* How many of the places lie in more than one cell. */
static size_t locate(const sheet *cells, const batch *b, int32_t *owner, rng *r)
{
    cov_areas *areas = areas_of_sheet(cells, r);
    cov_points points = points_of(b->p, PROBES);
    uint8_t overlap[PROBES];
    size_t overlaps = 0;
    cov_error err;
    must(cov_areas_locate(areas, &points, owner, overlap, &err), &err, "cov_areas_locate");
    cov_areas_free(areas);
    for (size_t i = 0; i < PROBES; i++)
        overlaps += overlap[i] != 0;
    return overlaps;
}

static void mark(const sheet *cells, batch *b, rng *r)
{
    memset(b->reached, 0, sizeof b->reached);
    cov_points points = points_of(b->p, PROBES);
    for (uint32_t cell = 0; cell < cells->n_owners; cell++) {
        cov_footprint *f = footprint_of_sheet(cells, cell, 1, r);
        cov_error err;
        memset(b->served, 0, sizeof b->served);
        must(cov_footprint_mark(f, &points, cell % 64, b->served, &err), &err,
             "cov_footprint_mark");
        for (size_t i = 0; i < PROBES; i++) {
            if (b->served[i] != 0) {
                b->reached[i]++;
                b->by[i] = (int32_t)cell;
            }
        }
        cov_footprint_free(f);
    }
}

static void judge(exact *e, const sheet *outline, const batch *b, counts *c)
{
    for (size_t i = 0; i < PROBES; i++) {
        bool inside = loop_holds(e, outline, &outline->loop[0], b->p[i]);
        bool right = b->reached[i] == inside && (b->owner[i] >= 0) == inside &&
                     b->owner[i] == b->again[i] && (!inside || b->owner[i] == b->by[i]);
        c->inside += inside;
        c->touching += probe_touches(e, &b->q[i]);
        if (!right && c->wrong++ < 3)
            printf("# tessellation %zu: (%a, %a), %s the domain, is in %d and %d, reached by %d\n",
                   c->tessellations, b->p[i].x, b->p[i].y, inside ? "inside" : "outside",
                   (int)b->owner[i], (int)b->again[i], (int)b->reached[i]);
    }
    c->points += PROBES;
}

static void count_rings(const sheet *s, counts *c)
{
    c->cells += s->n_owners;
    for (size_t i = 0; i < s->n_loops; i = part_end(s, i)) {
        c->parts++;
        c->holes += part_end(s, i) - i - 1;
    }
}

static void run_one(exact *e, rng *r, size_t kind, counts *c)
{
    static batch b; /* large, and used by one thread */
    sheet cells = {0}, outline = {0};
    for (int tries = 0; tries < 200; tries++) {
        if (tessellate(e, r, kind, 6 + rng_below(r, 50), random_frame(r), &cells, &outline))
            break;
    }
    if (cells.n_owners == 0)
        return;
    for (size_t i = 0; i < PROBES; i++) {
        const sheet *of = i % 16 == 15 ? &outline : &cells;
        b.q[i] = make_probe(r, of, (probe_kind)rng_below(r, PROBE_KINDS));
        b.p[i] = b.q[i].p;
    }
    if (locate(&cells, &b, b.owner, r) + locate(&cells, &b, b.again, r) != 0) {
        c->wrong++;
        printf("# tessellation %zu: overlaps\n", c->tessellations);
    }
    mark(&cells, &b, r);
    judge(e, &outline, &b, c);
    count_rings(&cells, c);
    c->tessellations++;
    sheet_free(&cells);
    sheet_free(&outline);
}

static void add_counts(counts *sum, const counts *c)
{
    sum->tessellations += c->tessellations;
    sum->cells += c->cells;
    sum->parts += c->parts;
    sum->holes += c->holes;
    sum->points += c->points;
    sum->touching += c->touching;
    sum->inside += c->inside;
    sum->wrong += c->wrong;
}

static void report(size_t number, const char *name, const counts *c, bool ok)
{
    printf("%s %zu - %s: %zu tessellations, %zu cells, %zu parts, %zu holes; %zu points, %zu "
           "inside, %zu on borders or one ulp beside, %zu wrong\n",
           ok ? "ok" : "not ok", number, name, c->tessellations, c->cells, c->parts, c->holes,
           c->points, c->inside, c->touching, c->wrong);
    fflush(stdout);
}

int main(void)
{
    exact e;
    exact_init(&e);
    counts all = {0};
    size_t each = share_of(TESSELLATIONS / KINDS);
    printf("1..%d\n", KINDS + 1);
    for (size_t kind = 0; kind < KINDS; kind++) {
        counts c = {0};
        for (size_t i = 0; i < each; i++) {
            rng r = {kind << 32 | i};
            run_one(&e, &r, kind, &c);
        }
        report(kind + 1, kind_name(kind), &c, c.wrong == 0 && c.tessellations == each);
        add_counts(&all, &c);
    }
    bool enough = all.touching * 4 >= all.points && all.parts > all.cells && all.holes > 0 &&
                  all.tessellations >= share_of(1000) && all.inside * 2 > all.points;
    report(KINDS + 1, "all", &all, enough && all.wrong == 0);
    exact_clear(&e);
    return enough && all.wrong == 0 ? 0 : 1;
}
