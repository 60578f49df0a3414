/* Marking the points that are near.
 * SPDX-License-Identifier: MIT */
#include "geometry/cells_batch.h"
#include "geometry/near_layout.h"

/* By this part of its length a drop ends before the network: where that runs along a barrier, its
 * nearest place, rounded, may lie beyond. */
#define DRAWN_BACK (1.0 / (1 << 26))

/* A nearest place beyond a joint by more than this part of the segment is another segment's. */
#define JOINT_WIDTH 1e-6

/* A point, and the squares of straight distances that decide without looking closely. */
typedef struct asker {
    cov_xy p;
    cov_spot spot;
    double surely, hardly;
} asker;

static inline asker asker_of(const cov_near *n, cov_xy p)
{
    cov_spot spot = cov_metric_spot(&n->metric, p);
    double surely = spot.limit - n->bend, hardly = spot.limit + n->bend;
    return (asker){p, spot, surely > 0 ? surely * surely : -1, hardly * hardly};
}

static double turned_to(double x, double to)
{
    return x + 360 * nearbyint((to - x) / 360);
}

/* Whether the drop to the nearest place of the segment is free of barriers. */
static bool free_drop(const cov_near *n, const asker *a, uint32_t first)
{
    cov_segment s = near_segment(n, first);
    double t = cov_metric_nearest(&n->metric, a->spot.place, &s);
    if ((t < -JOINT_WIDTH && n->joint[first]) || (t > 1 + JOINT_WIDTH && n->joint[first + 1]))
        return false;
    cov_xy p = a->p, q = {s.a.x + t * (s.b.x - s.a.x), s.a.y + t * (s.b.y - s.a.y)};
    q = t <= 0 ? s.a : t >= 1 ? s.b : q;
    if (n->metric.geographic)
        p.x = turned_to(p.x, q.x);
    q.x += (p.x - q.x) * DRAWN_BACK;
    q.y += (p.y - q.y) * DRAWN_BACK;
    return !cov_barriers_cross(&n->barriers, p, q);
}

static inline bool reached_from(const cov_near *n, const asker *a, uint32_t first)
{
    double d = cov_squared_distance(a->spot.place, n->place[first], n->place[first + 1]);
    if (d > a->hardly)
        return false;
    if (d > a->surely) {
        cov_segment s = near_segment(n, first);
        if (!cov_metric_within(&n->metric, &a->spot, &s))
            return false;
    }
    return !n->has_barriers || free_drop(n, a, first);
}

static bool reached_in_list(const cov_near *n, const asker *a, const uint32_t *list)
{
    for (uint32_t i = 1; i <= list[0]; i++) {
        if (reached_from(n, a, list[i]))
            return true;
    }
    return false;
}

static bool reached_in_tree(const cov_near *n, const asker *a)
{
    cov_walk walk;
    cov_box from = cov_box_of(a->spot.place, a->spot.place);
    cov_walk_start(&walk, &n->tree, &from, a->hardly);
    size_t n_items = 0;
    for (const uint32_t *item; (item = cov_walk_next(&walk, &n_items)) != NULL;) {
        for (size_t i = 0; i < n_items; i++) {
            if (reached_from(n, a, item[i]))
                return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- batches */

/* Longitudes as the grid has them; a latitude beyond a pole is no place. */
static void turn_to_grid(batch *b, double west)
{
    for (int i = 0; i < b->n; i++) {
        double x = b->x[i];
        b->x[i] = x >= west && x < west + 360 ? x : x - 360 * floor((x - west) / 360);
        b->x[i] = fabs(b->y[i]) <= 90 ? b->x[i] : NAN;
    }
}

static void prefetch_places(const batch *b, const cov_near *n)
{
    for (int q = 0; q < b->n_lists; q++) {
        const uint32_t *list = &n->cells.list[word_payload(b->word[b->in_list[q]])];
        __builtin_prefetch(&n->place[list[1]]);
        __builtin_prefetch(&n->place[list[1] + 1]);
    }
}

static void mark_batch(const cov_near *n, batch *b)
{
    for (int q = 0; q < b->n_lists; q++) {
        int i = b->in_list[q];
        asker a = asker_of(n, (cov_xy){b->x[i], b->y[i]});
        b->word[i] = reached_in_list(n, &a, &n->cells.list[word_payload(b->word[i])]);
    }
    for (int i = 0; i < b->n; i++) {
        if (b->word[i] != NEAR_ASK_TREE)
            continue;
        asker a = asker_of(n, (cov_xy){b->x[i], b->y[i]});
        b->word[i] = reached_in_tree(n, &a);
    }
}

void cov_near_mark(const cov_near *near, const cov_points *points, uint64_t mask, uint64_t *served)
{
    batch b;
    for (size_t first = 0; first < points->n; first += BATCH) {
        load_points(&b, points, first);
        if (near->metric.geographic)
            turn_to_grid(&b, near->extent[0]);
        find_cells(&b, &near->cells);
        prefetch_places(&b, near);
        mark_batch(near, &b);
        for (int i = 0; i < b.n; i++)
            served[first + (size_t)i] |= b.word[i] != 0 ? mask : 0;
    }
}
